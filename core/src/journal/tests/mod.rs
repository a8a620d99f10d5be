//! What a journal promises, from the outside.

mod basics;

use super::{Command, Planned};
use crate::entry::{ETag, Version};

/// A command.
pub(super) fn command(word: &str) -> Command {
    let words = vec![b"--source".to_vec(), word.as_bytes().to_vec()];
    Command::now(words, format!("azring --source {word}"), b"/work".to_vec())
}

/// An object of a service.
pub(super) fn planned(name: &str, bytes: u64) -> Planned<'_> {
    Planned {
        name: name.as_bytes(),
        snapshot: None,
        bytes,
        version: Version::Service(ETag("\"0x8DC0FFEE0123456\"".into())),
        replace: false,
        aside: false,
    }
}
