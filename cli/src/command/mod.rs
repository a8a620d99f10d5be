//! What azring can do beside copying: `azring COMMAND ...`.
//!
//! A command is one row here and one file next door. Its words are parameters of the same table, in either dialect.

mod list;

mod jobs;

mod bench;

mod doctor;

mod service;

mod convert_args;

mod completions;

mod man;

use std::ffi::OsString;
use std::sync::Arc;

use crate::console::Console;
use crate::exit::Ending;
use crate::given::Given;
use crate::misuse::Misuse;
use crate::parameter::{Dialect, Parameter, SOURCE};
use crate::words;

pub(crate) use jobs::journals_in;

/// What asks for help about a command.
const HELP_WORDS: [&str; 3] = ["/?", "--help", "-h"];

/// A command: its name, what is told about it, and what it does with the words behind its name.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// What stands behind the name.
    pub(crate) usage: &'static str,
    pub(crate) brief: &'static str,
    /// The parameters that mean something to it; where it takes any command's, none are named.
    taken: &'static [&'static Parameter],
    run: fn(&[OsString], &Arc<Console>) -> Result<Ending, Misuse>,
}

/// All of them, in the order in which help lists them.
pub(crate) static COMMANDS: &[Command] = &[
    list::COMMAND,
    jobs::COMMAND,
    bench::COMMAND,
    doctor::COMMAND,
    convert_args::COMMAND,
    completions::COMMAND,
    man::COMMAND,
];

/// The command that the first word names, and the words behind it.
pub(crate) fn find(words: &[OsString]) -> Option<(&'static Command, &[OsString])> {
    let (first, rest) = words.split_first()?;
    let command = COMMANDS.iter().find(|command| first == command.name)?;
    Some((command, rest))
}

/// The place that stands first, without a name, and the parameters behind it.
pub(crate) fn place_first(words: &[OsString]) -> (Option<&OsString>, &[OsString]) {
    match words.split_first() {
        Some((first, rest)) if !words::is_parameter(first) => (Some(first), rest),
        _ => (None, words),
    }
}

impl Command {
    /// Does it, or tells how to ask for it.
    pub(crate) fn run(&self, words: &[OsString], console: &Arc<Console>) -> Result<Ending, Misuse> {
        if let [only] = words
            && HELP_WORDS.iter().any(|word| only == word)
        {
            console.result(&self.help(words::dialect(words)));
            return Ok(Ending::Success);
        }
        (self.run)(words, console)
    }

    fn help(&self, dialect: Dialect) -> String {
        let mut text = format!(
            "Usage: azring {} {}\n\n{}.",
            self.name, self.usage, self.brief
        );
        if !self.taken.is_empty() {
            text.push_str("\n\nParameters:");
            for row in self.taken {
                text.push_str("\n  ");
                text.push_str(&row.usage(dialect));
            }
        }
        text
    }

    /// Reads the words of this command, whose place may stand first without a name. What the command does not take is
    /// refused.
    fn read(&self, words: &[OsString]) -> Result<Given, Misuse> {
        self.read_about(&SOURCE, words)
    }

    /// The same where the place is what this parameter names.
    fn read_about(&self, what: &'static Parameter, words: &[OsString]) -> Result<Given, Misuse> {
        let (place, rest) = place_first(words);
        let mut given = words::read(rest)?;
        if let Some(place) = place {
            given.add(what, Some(place.clone()))?;
        }
        let foreign = given
            .typed()
            .find(|(parameter, _)| !self.taken.iter().any(|row| row.is(parameter)));
        match foreign {
            Some((parameter, _)) => Err(Misuse::meaning(format!(
                "`{}` does not take `{}`",
                self.name,
                parameter.spelled(given.dialect())
            ))),
            None => Ok(given),
        }
    }
}
