//! The Linux dialect: `--name`, `--name value`, `--name=value`.
//!
//! clap parses it, with a command that is generated from the table; the same command yields completions and the manual
//! page. Repetitions, missing values and choices are judged where the other dialect's are (`given`, `intent`), so that
//! both dialects accept the same and complain about the same.

use std::ffi::OsString;

use clap::builder::{OsStringValueParser, PossibleValuesParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};

use crate::command::COMMANDS;
use crate::given::Given;
use crate::mask::stray;
use crate::misuse::Misuse;
use crate::parameter::{self, Dialect, Parameter, Value};

/// Reads a whole command. Between parameters the order is the table's; among repetitions of one it is the user's.
pub(super) fn read(words: &[OsString]) -> Result<Given, Misuse> {
    let matches = command()
        .no_binary_name(true)
        .try_get_matches_from(words)
        .map_err(|error| translate(&error))?;
    let mut given = Given::new(Dialect::Dash);
    for row in parameter::all() {
        for value in occurrences(&matches, row) {
            given.add(row, value)?;
        }
    }
    Ok(given)
}

/// The dialect with everything that is told about it, for completions and the manual page.
pub(crate) fn described() -> Command {
    let mut described = command()
        .about("copies data to and from Azure Storage, as AzCopy does")
        .long_about(
            "Copies data to and from Azure Storage, as AzCopy does. Each parameter can be written in two ways, as AzCopy on \
             Linux and as AzCopy on Windows had it; one command is written in one of them.",
        )
        .version(env!("CARGO_PKG_VERSION"));
    for row in parameter::all() {
        described = described.mut_arg(row.slash, |argument| describe(argument, row));
    }
    for command in COMMANDS {
        let subcommand = Command::new(command.name)
            .about(command.brief)
            .disable_help_flag(true)
            .override_usage(format!("azring {} {}", command.name, command.usage));
        described = described.subcommand(subcommand);
    }
    described.disable_help_subcommand(true)
}

fn describe(argument: Arg, row: &'static Parameter) -> Arg {
    let told = format!(
        "{}\n\nAlso written {}",
        row.detail,
        row.usage(Dialect::Slash)
    );
    let argument = argument
        .help(row.brief)
        .long_help(told)
        .help_heading(row.group());
    match row.value {
        Value::Choice(choices) => {
            let words = choices.iter().filter(|choice| choice.built);
            argument.value_parser(PossibleValuesParser::new(words.map(|choice| choice.word)))
        }
        Value::Required("path") | Value::Optional("file") | Value::Repeated("file") => {
            argument.value_hint(ValueHint::FilePath)
        }
        Value::Required("source" | "destination") | Value::Optional("folder") => {
            argument.value_hint(ValueHint::AnyPath)
        }
        _ => argument,
    }
}

/// The dialect as clap parses it: one argument per row of the table, no positional ones.
fn command() -> Command {
    Command::new("azring")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(parameter::all().map(argument))
}

fn argument(row: &'static Parameter) -> Arg {
    let argument = Arg::new(row.slash)
        .long(row.dash[0])
        .aliases(&row.dash[1..])
        .value_parser(OsStringValueParser::new());
    let argument = match row.value {
        Value::Flag => argument.action(ArgAction::Append).num_args(0),
        Value::Optional(what) => valued(argument, what).num_args(0..=1),
        Value::Required(what) | Value::Repeated(what) => valued(argument, what).num_args(1),
        Value::Choice(_) => valued(argument, "choice").num_args(1),
    };
    // AzCopy 8 on Linux had these letters.
    let letters = [
        (&parameter::HELP, 'h'),
        (&parameter::V, 'v'),
        (&parameter::Y, 'y'),
    ];
    match letters.iter().find(|(lettered, _)| row.is(lettered)) {
        Some((_, letter)) => argument.short(*letter),
        None => argument,
    }
}

fn valued(argument: Arg, what: &'static str) -> Arg {
    argument.action(ArgAction::Append).value_name(what)
}

/// Each time the parameter was typed: its value, or none.
fn occurrences(matches: &ArgMatches, row: &Parameter) -> impl Iterator<Item = Option<OsString>> {
    matches
        .get_occurrences::<OsString>(row.slash)
        .into_iter()
        .flatten()
        .map(|mut values| values.next().cloned())
}

/// clap's complaint in AzCopy's words.
fn translate(error: &clap::Error) -> Misuse {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    // For a known parameter this is its usage, `--include <pattern>`; for anything else the word itself.
    let word = text(ContextKind::InvalidArg);
    let known = word
        .split(' ')
        .next()
        .and_then(|name| parameter::by_dash(name.trim_start_matches('-')));
    match (error.kind(), known) {
        (ErrorKind::InvalidValue, Some(row)) => Misuse::ValueRequired {
            name: row.spelled(Dialect::Dash),
            usage: row.usage(Dialect::Dash),
        },
        (ErrorKind::TooManyValues, Some(row)) => {
            Misuse::ValueNotAllowed(row.spelled(Dialect::Dash))
        }
        _ => stranger(word, text(ContextKind::SuggestedArg)),
    }
}

/// What to say about a word that is no parameter.
fn stranger(word: &str, suggested: &str) -> Misuse {
    let slash = word.strip_prefix('/').and_then(|rest| {
        let name = rest.split(':').next().unwrap_or(rest);
        parameter::by_slash(name)
    });
    match slash {
        Some(row) => Misuse::Mixed {
            foreign: row.spelled(Dialect::Slash),
            native: row.spelled(Dialect::Dash),
        },
        None => Misuse::Unrecognized {
            word: stray(word),
            nearest: Some(suggested.to_owned()).filter(|word| !word.is_empty()),
        },
    }
}
