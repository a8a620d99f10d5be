//! `azring verify SOURCE DEST ...`: compares both sides, and copies nothing.
//!
//! It has the parameter `/VerifyOnly` of a copy, whose two places may come first without their names.

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
        name: "verify",
        usage: "<source> <destination> [parameters]",
        brief: "Compare both sides and list what differs; copy nothing",
    },
    taken: &[
        &row::BY,
        &row::PATTERN,
        &row::SOURCE_KEY,
        &row::SOURCE_SAS,
        &row::DEST_KEY,
        &row::DEST_SAS,
        &row::LEDGER,
        &row::REPORT,
        &row::OUTPUT,
    ],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    copy_or_resume(&read_between(words, &row::VERIFY_ONLY)?, console)
}
