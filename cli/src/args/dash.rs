//! The Linux dialect: `--name`, `--name value`, `--name=value`. A flag may say `--name=true` or
//! `--name=false`, as scripts for AzCopy 10 do.
//!
//! clap parses it with a command that is generated from the table of parameters. Completions and
//! the manual page come from the same command. Repetitions, missing values and choices are checked
//! where those of the other dialect are (`parsed`, `intent`), so that both dialects accept the same
//! and refuse the same.

use std::ffi::OsString;

use clap::builder::OsStringValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::azcopy10::{Verb, flag_and_verb};
use crate::mask::stray;
use crate::parameter::{self, Dialect, Parameter, Value};
use crate::parsed::ParsedArgs;
use crate::usage_error::UsageError;

/// Reads a whole command. Parameters come in the order of the table, repetitions of one in the
/// order of the command.
pub(super) fn read(words: &[OsString]) -> Result<ParsedArgs, UsageError> {
    let matches = clap_command()
        .no_binary_name(true)
        .try_get_matches_from(with_plain_flags(words))
        .map_err(|error| translate(&error))?;
    let mut args = ParsedArgs::new(Dialect::Dash);
    for row in parameter::all() {
        for value in occurrences(&matches, row) {
            args.add(row, value)?;
        }
    }
    Ok(args)
}

/// Flags with a value become plain: `--name=true` is `--name`, and `--name=false` takes back what was said of it
/// before. Other values are left for clap, which refuses them.
fn with_plain_flags(words: &[OsString]) -> Vec<OsString> {
    let mut plain: Vec<OsString> = Vec::with_capacity(words.len());
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        if let Some(row) = switch(word)
            && let Some(value) = words.next_if(|next| is_on_or_off(next))
        {
            let name = row.spelled(Dialect::Dash);
            plain.push(format!("{name}={}", value.to_string_lossy()).into());
            continue;
        }
        match flag_value(word) {
            Some((row, true)) => plain.push(row.spelled(Dialect::Dash).into()),
            Some((row, false)) if row.value == Value::Switch => {
                plain.push(format!("{}=off", row.spelled(Dialect::Dash)).into());
            }
            Some((row, false)) => plain.retain(|word| named(word) != Some(row.slash)),
            None => plain.push(word.clone()),
        }
    }
    plain
}

/// The switch that the word is, without a value.
fn switch(word: &OsString) -> Option<&'static Parameter> {
    let row = parameter::by_dash(word.to_str()?.strip_prefix("--")?)?;
    (row.value == Value::Switch).then_some(row)
}

/// Whether the word is the value of a switch.
fn is_on_or_off(word: &OsString) -> bool {
    let values = ["on", "off"];
    values.iter().any(|value| word.eq_ignore_ascii_case(value))
}

/// The flag that the word sets by a value, and the value, spelled as AzCopy 10 accepts it.
fn flag_value(word: &OsString) -> Option<(&'static Parameter, bool)> {
    let (name, value) = word.to_str()?.strip_prefix("--")?.split_once('=')?;
    let row =
        parameter::by_dash(name).filter(|row| matches!(row.value, Value::Flag | Value::Switch))?;
    match value {
        "1" | "t" | "T" | "true" | "True" | "TRUE" => Some((row, true)),
        "0" | "f" | "F" | "false" | "False" | "FALSE" => Some((row, false)),
        _ => None,
    }
}

/// The parameter that the word names, by its name in the other dialect.
fn named(word: &OsString) -> Option<&'static str> {
    let name = word.to_str()?.strip_prefix("--")?;
    parameter::by_dash(name).map(|row| row.slash)
}

/// The dialect as clap parses it: one argument per row of the table, no positional ones.
pub(crate) fn clap_command() -> Command {
    Command::new("azring")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(parameter::all().map(clap_argument))
}

/// A row of the table as clap parses it.
pub(crate) fn clap_argument(row: &'static Parameter) -> Arg {
    let argument = Arg::new(row.slash)
        .long(row.dash[0])
        .aliases(&row.dash[1..])
        .value_parser(OsStringValueParser::new());
    let argument = match row.value {
        Value::Flag => argument.action(ArgAction::Append).num_args(0),
        Value::Switch => valued(argument, "on|off")
            .num_args(0..=1)
            .require_equals(true),
        Value::Optional(what) => valued(argument, what).num_args(0..=1),
        Value::Required(what) | Value::Repeated(what) => valued(argument, what).num_args(1),
        Value::Choice(_) => valued(argument, "choice").num_args(1),
    };
    // AzCopy 8 on Linux had these letters.
    let letters = [
        (&parameter::HELP, 'h'),
        (&parameter::V, 'v'),
        (&parameter::Y, 'y'),
        // AzCopy 8 had not this one; other programs have.
        (&parameter::VERSION, 'V'),
    ];
    match letters.iter().find(|(lettered, _)| row.is(lettered)) {
        Some((_, letter)) => argument.short(*letter),
        None => argument,
    }
}

fn valued(argument: Arg, what: &'static str) -> Arg {
    argument.action(ArgAction::Append).value_name(what)
}

/// Each occurrence of the parameter: its value, or `None`.
fn occurrences(matches: &ArgMatches, row: &Parameter) -> impl Iterator<Item = Option<OsString>> {
    matches
        .get_occurrences::<OsString>(row.slash)
        .into_iter()
        .flatten()
        .map(|mut values| values.next().cloned())
}

/// clap's error in AzCopy's words.
fn translate(error: &clap::Error) -> UsageError {
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
        (ErrorKind::InvalidValue, Some(row)) => UsageError::ValueRequired {
            name: row.spelled(Dialect::Dash),
            usage: row.usage(Dialect::Dash),
        },
        (ErrorKind::TooManyValues, Some(row)) => {
            UsageError::ValueNotAllowed(row.spelled(Dialect::Dash))
        }
        _ => stranger(word, text(ContextKind::SuggestedArg)),
    }
}

/// The error about a word that is no parameter.
fn stranger(word: &str, suggested: &str) -> UsageError {
    let slash = word.strip_prefix('/').and_then(|rest| {
        let name = rest.split(':').next().unwrap_or(rest);
        parameter::by_slash(name)
    });
    match slash {
        Some(row) => UsageError::Mixed {
            foreign: row.spelled(Dialect::Slash),
            native: row.spelled(Dialect::Dash),
        },
        None if let Some((flag, verb)) = of_azcopy10(word) => UsageError::AzCopy10Flag {
            flag,
            verb: verb.name(),
        },
        None => UsageError::Unrecognized {
            word: stray(word),
            nearest: Some(suggested.to_owned()).filter(|word| !word.is_empty()),
        },
    }
}

/// The flag of AzCopy 10 that the word is, and a command that takes it.
fn of_azcopy10(word: &str) -> Option<(&'static str, Verb)> {
    let name = word.strip_prefix("--")?.split('=').next()?;
    flag_and_verb(name)
}
