//! The list of commands, and which of them the arguments name.

use std::ffi::OsString;

use super::definition::{Command, place_first};
use super::{
    azcopy10, bench, completions, convert_args, copy, doctor, help, jobs, list, login, logout,
    make, man, move_objects, remove, set_properties, shard, sync, verify, version,
};
use crate::help::CommandHelp;

/// The command of arguments that name none.
static DEFAULT: Command = copy::COMMAND;

/// The commands of AzCopy 10.
static OF_AZCOPY10: Command = azcopy10::COMMAND;

/// The commands with a name, in the order in which help lists them.
static COMMANDS: &[Command] = &[
    sync::COMMAND,
    move_objects::COMMAND,
    verify::COMMAND,
    list::COMMAND,
    remove::COMMAND,
    make::COMMAND,
    set_properties::COMMAND,
    shard::COMMAND,
    jobs::COMMAND,
    login::COMMAND,
    logout::COMMAND,
    bench::COMMAND,
    doctor::COMMAND,
    convert_args::COMMAND,
    completions::COMMAND,
    man::COMMAND,
    help::COMMAND,
    version::COMMAND,
];

/// The commands with a name, in the order in which help lists them.
pub(crate) fn named() -> impl Iterator<Item = &'static Command> {
    COMMANDS.iter()
}

/// The help texts of the named commands.
pub(crate) fn help_texts() -> Vec<CommandHelp> {
    named().map(|command| command.help).collect()
}

/// The command that the first word names, or else `copy`, and the words of that command.
pub(crate) fn find(words: &[OsString]) -> (&'static Command, &[OsString]) {
    let program = std::env::args_os().next().unwrap_or_default();
    let own: Vec<_> = named().map(|command| command.help.name).collect();
    if azcopy10::is_meant(words, &program, &own) {
        return (&OF_AZCOPY10, words);
    }
    match words.split_first() {
        Some((first, rest)) => match named().find(|command| first == command.help.name) {
            Some(command) => (command, rest),
            None => (&DEFAULT, words),
        },
        None => (&DEFAULT, words),
    }
}

/// The parameters among the words: without the name of a command and the locations after it.
pub(crate) fn parameters(words: &[OsString]) -> &[OsString] {
    let (command, mut rest) = find(words);
    if command.is(&DEFAULT) {
        return words;
    }
    if command.is(&OF_AZCOPY10) {
        // Its secrets are in URLs, which are masked in any case.
        return &[];
    }
    while let (Some(_), after) = place_first(rest) {
        rest = after;
    }
    rest
}
