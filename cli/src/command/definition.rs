//! A command of azring: its name, its parameters, the function that runs it.

use std::ffi::OsString;
use std::sync::Arc;

use super::one_place;
use crate::args;
use crate::console::{self, Console};
use crate::ending::Ending;
use crate::help::{self, CommandHelp};
use crate::parameter::{DEST, Dialect, Parameter, SOURCE};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// The words that ask for help about a command, as its last word: `sync --help`, `shard plan --help`.
const HELP_WORDS: [&str; 3] = ["/?", "--help", SHORT_HELP];

/// The word that asks for the short page.
pub(super) const SHORT_HELP: &str = "-h";

/// A command: its name, its help, its parameters and its function.
pub(crate) struct Command {
    pub(super) help: CommandHelp,
    /// The parameters that the command accepts. It is empty for a command that accepts all.
    pub(super) taken: &'static [&'static Parameter],
    /// The command prints its help itself.
    pub(super) has_own_help: bool,
    pub(super) run: fn(&[OsString], &Arc<Console>) -> Result<Ending, UsageError>,
}

/// The location that comes first without a name, and the parameters after it.
pub(super) fn place_first(words: &[OsString]) -> (Option<&OsString>, &[OsString]) {
    match words.split_first() {
        Some((first, rest)) if !args::is_parameter(first) => (Some(first), rest),
        _ => (None, words),
    }
}

/// The parameters of a copy whose source and target may come first without their names.
pub(in crate::command) fn read_places(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    let (source, rest) = place_first(words);
    let (target, rest) = match source {
        Some(_) => place_first(rest),
        None => (None, rest),
    };
    let mut args = args::read(rest)?;
    for (place, parameter) in [(source, &SOURCE), (target, &DEST)] {
        if let Some(place) = place {
            args.add(parameter, Some(place.clone()))?;
        }
    }
    Ok(args)
}

/// Reads the words of a copy whose two places may come first without their names, with a flag that says what
/// kind of copy it is.
pub(super) fn read_between(
    words: &[OsString],
    flag: &'static Parameter,
) -> Result<ParsedArgs, UsageError> {
    let mut args = read_places(words)?;
    if !args.has(flag) {
        args.add(flag, None)?;
    }
    args::add_user_defaults(&mut args, None)?;
    Ok(args)
}

impl Command {
    /// Runs the command, or prints its help.
    pub(crate) fn run(
        &self,
        words: &[OsString],
        console: &Arc<Console>,
    ) -> Result<Ending, UsageError> {
        if !self.has_own_help
            && let Some((last, _)) = words.split_last()
            && HELP_WORDS.iter().any(|word| last == word)
        {
            let width = console::page_width();
            let dialect = args::dialect(std::slice::from_ref(last));
            console.result(&if last == SHORT_HELP {
                self.brief_page(dialect, width)
            } else {
                self.page(dialect, width)
            });
            return Ok(Ending::Success);
        }
        (self.run)(words, console)
    }

    /// This very row of the list.
    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }

    /// The help about this command: its parameters with their whole descriptions.
    pub(super) fn page(&self, dialect: Dialect, width: usize) -> String {
        help::command(self.help, self.taken, dialect, width, true)
    }

    /// The same with one line about each parameter.
    fn brief_page(&self, dialect: Dialect, width: usize) -> String {
        help::command(self.help, self.taken, dialect, width, false)
    }

    /// Reads the words of this command. Its location may come first without a name. A parameter
    /// that the command does not accept is refused.
    pub(super) fn read(&self, words: &[OsString]) -> Result<ParsedArgs, UsageError> {
        self.read_about(&SOURCE, words)
    }

    /// The same for a command whose location is the value of `place`.
    pub(super) fn read_about(
        &self,
        what: &'static Parameter,
        words: &[OsString],
    ) -> Result<ParsedArgs, UsageError> {
        let (place, rest) = place_first(words);
        let mut args = args::read(rest)?;
        if let Some(place) = place {
            args.add(what, Some(place.clone()))?;
        }
        self.accept(args)
    }

    /// The same for a command about one place or two, which may come first without their names.
    pub(super) fn read_ends(&self, words: &[OsString]) -> Result<ParsedArgs, UsageError> {
        self.accept(read_places(words)?)
    }

    /// Refuses parameters that the command does not accept, and adds the user's defaults.
    fn accept(&self, mut args: ParsedArgs) -> Result<ParsedArgs, UsageError> {
        let foreign = args
            .typed()
            .find(|(parameter, _)| !self.taken.iter().any(|row| row.is(parameter)));
        if let Some((parameter, _)) = foreign {
            return Err(UsageError::meaning(format!(
                "`{}` does not take `{}`",
                self.help.name,
                parameter.spelled(args.dialect())
            )));
        }
        // A command with a destination of its own keeps the two credentials apart.
        if args.has(&SOURCE) && !args.has(&DEST) {
            one_place::unite(&mut args)?;
        }
        args::add_user_defaults(&mut args, Some(self.taken))?;
        Ok(args)
    }
}
