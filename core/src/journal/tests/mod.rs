//! Tests of the journal through its public functions, with crashes and damage.

mod basics;

mod crash;

mod damage;

mod disk;

mod format;

mod interleaved;

mod model;

mod seed;

mod volume;

use super::{Command, Needs, Planned};
use crate::entry::{ETag, Version};
use crate::plan::replace::Replace;

/// A command with this source.
pub(super) fn command(word: &str) -> Command {
    Command {
        words: vec![b"--source".to_vec(), word.as_bytes().to_vec()],
        shown: format!("azring --source {word}"),
        program: "0.2.0".into(),
        folder: b"/work".to_vec(),
        begun: 1_795_000_000,
        needs: Needs {
            source: false,
            target: true,
        },
    }
}

/// A planned object of a service.
pub(super) fn planned(name: &str, bytes: u64) -> Planned<'_> {
    Planned {
        name: name.as_bytes(),
        snapshot: None,
        bytes,
        version: Version::Service(ETag("\"0x8DC0FFEE0123456\"".into())),
        replace: Replace::Nothing,
        aside: false,
        part: None,
    }
}

/// Prints a line of a test, where output is shown.
#[expect(
    clippy::print_stdout,
    reason = "the person who runs the test needs the figure or the seed"
)]
pub(super) fn say(text: &str) {
    println!("{text}");
}
