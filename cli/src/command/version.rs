//! `azring version`: the version of this program.

use std::ffi::OsString;
use std::sync::Arc;

use super::definition::Command;
use crate::console::Console;
use crate::ending::Ending;
use crate::help::{self, CommandHelp};
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "version",
        usage: "",
        brief: "Print the version of this program",
    },
    taken: &[],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    if !words.is_empty() {
        return Err(UsageError::meaning("`version` takes no parameters"));
    }
    console.result(&help::version());
    Ok(Ending::Success)
}
