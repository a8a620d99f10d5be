//! What azring can do beside copying: `azring COMMAND ...`.
//!
//! A command is one row here and one file next door. Its words are parameters of the same table, in either dialect.

mod convert_args;

mod completions;

mod man;

use std::ffi::OsString;
use std::sync::Arc;

use crate::console::Console;
use crate::exit::Ending;
use crate::misuse::Misuse;

/// A command: its name, what is told about it, and what it does with the words behind its name.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// What stands behind the name.
    pub(crate) usage: &'static str,
    pub(crate) brief: &'static str,
    run: fn(&[OsString], &Arc<Console>) -> Result<Ending, Misuse>,
}

/// All of them, in the order in which help lists them.
pub(crate) static COMMANDS: &[Command] =
    &[convert_args::COMMAND, completions::COMMAND, man::COMMAND];

/// The command that the first word names, and the words behind it.
pub(crate) fn find(words: &[OsString]) -> Option<(&'static Command, &[OsString])> {
    let (first, rest) = words.split_first()?;
    let command = COMMANDS.iter().find(|command| first == command.name)?;
    Some((command, rest))
}

impl Command {
    /// Does it.
    pub(crate) fn run(&self, words: &[OsString], console: &Arc<Console>) -> Result<Ending, Misuse> {
        (self.run)(words, console)
    }
}
