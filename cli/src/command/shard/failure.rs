//! How a command about a plan ends when the plan or a shard cannot be used.

use azring_core::shard::Error;

use crate::console::{Console, Level};
use crate::ending::{Ending, ExitPolicy};

/// The exit codes of workers tell a scheduler what to do, so they are always the detailed ones.
pub(super) const POLICY: ExitPolicy = ExitPolicy {
    is_detailed: true,
    fail_if_empty: false,
    is_azcopy10: false,
};

/// Prints the error, and returns the ending that it is.
pub(super) fn fail(error: &Error, console: &Console) -> Ending {
    console.message(Level::Error, &error.to_string());
    match error {
        Error::NoPlan(_) | Error::Taken(_) | Error::Usage(_) => Ending::Usage,
        Error::Unreadable(_) => Ending::Unreadable,
        Error::Disk { errno, .. } => Ending::of_disk(*errno),
        Error::Journal(error) => Ending::of_journal(error),
        Error::Store(error) => Ending::of(&Err((**error).clone()), POLICY),
    }
}
