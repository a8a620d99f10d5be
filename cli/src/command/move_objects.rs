//! `azring move SOURCE DEST ...`: copies, and deletes at the source what was copied.
//!
//! It is a copy with the parameter `/Move`, whose two places may come first without their names.

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
        name: "move",
        usage: "<source> <destination> [parameters of a copy]",
        brief: "Copy, and delete each verified object at the source",
    },
    taken: &[
        &row::PATTERN,
        &row::S,
        &row::DELETE_SNAPSHOTS,
        &row::L,
        &row::Y,
    ],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    copy_or_resume(&read_between(words, &row::MOVE)?, console)
}
