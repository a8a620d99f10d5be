//! `azring sync SOURCE DEST ...`: makes the destination like the source.
//!
//! It is a copy with the parameter `/Sync`, whose two places may come first without their names.

use std::ffi::OsString;
use std::sync::Arc;

use super::copy::copy_or_resume;
use super::definition::{Command, read_between};
use crate::console::Console;
use crate::ending::Ending;
use crate::help::CommandHelp;
use crate::parameter as row;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "sync",
        usage: "<source> <destination> [parameters of a copy]",
        brief: "Copy what is different, and delete what is superfluous if wanted",
    },
    taken: &[
        &row::COMPARE,
        &row::DELETE,
        &row::MAX_DELETE,
        &row::TRASH,
        &row::ALLOW_EMPTY_SOURCE,
        &row::DELETE_EMPTY_FOLDERS,
        &row::DELETE_SNAPSHOTS,
        &row::L,
        &row::Y,
    ],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    copy_or_resume(&read_between(words, &row::SYNC)?, console)
}
