//! The commands with a source and a destination and a name of their own: `azring COMMAND SOURCE DEST`.

use std::path::Path;

use azring_emulator_tests::command::Azring;
use azring_emulator_tests::rest::Storage;

/// `azring COMMAND FOLDER STORAGE`.
pub(crate) fn up(
    command: &str,
    from: &Path,
    to: &(impl Storage + ?Sized),
    words: &[&str],
) -> Azring {
    Azring::new()
        .arg(command)
        .arg(from)
        .arg(to.url())
        .dest_key(to.account())
        .arg(format!("/DestType:{}", to.service_type()))
        .args(words)
}

/// `azring COMMAND STORAGE FOLDER`.
pub(crate) fn down(
    command: &str,
    from: &(impl Storage + ?Sized),
    to: &Path,
    words: &[&str],
) -> Azring {
    Azring::new()
        .arg(command)
        .arg(from.url())
        .arg(to)
        .source_key(from.account())
        .arg(format!("/SourceType:{}", from.service_type()))
        .args(words)
}

/// `azring COMMAND STORAGE STORAGE`.
pub(crate) fn between(
    command: &str,
    from: &(impl Storage + ?Sized),
    to: &(impl Storage + ?Sized),
    words: &[&str],
) -> Azring {
    Azring::new()
        .arg(command)
        .arg(from.url())
        .arg(to.url())
        .source_key(from.account())
        .dest_key(to.account())
        .arg(format!("/SourceType:{}", from.service_type()))
        .arg(format!("/DestType:{}", to.service_type()))
        .args(words)
}
