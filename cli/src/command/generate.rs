//! The whole command line as clap describes it, for completions and the manual page.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command as ClapCommand, ValueHint};

use super::registry::named;
use crate::args::{clap_argument, clap_command};
use crate::help::CommandHelp;
use crate::parameter::{self, Dialect, Parameter, Value};

/// The names of the commands.
pub(super) fn command_names() -> Vec<&'static str> {
    named().map(|command| command.help.name).collect()
}

/// The dash dialect with all its help texts, for completions and the manual page.
pub(crate) fn clap_description() -> ClapCommand {
    let mut description = clap_command()
        .about("copies data to and from Azure Storage, as AzCopy does")
        .long_about(
            "Copies data to and from Azure Storage, as AzCopy does. Each parameter can be written in two ways, as AzCopy on \
             Linux and as AzCopy on Windows had it; one command is written in one of them.",
        )
        .version(env!("CARGO_PKG_VERSION"));
    for row in parameter::all() {
        description = description.mut_arg(row.slash, |argument| describe(argument, row));
    }
    for command in named() {
        let CommandHelp { name, usage, brief } = command.help;
        let subcommand = ClapCommand::new(name)
            .about(brief)
            .disable_help_flag(true)
            .override_usage(format!("azring {name} {usage}"))
            .args(taken(command.taken));
        description = description.subcommand(subcommand);
    }
    description.disable_help_subcommand(true)
}

/// The parameters of a command; without a list it takes all.
fn taken(rows: &'static [&'static Parameter]) -> Vec<Arg> {
    rows.iter()
        .map(|row| describe(clap_argument(row), row))
        .collect()
}

fn describe(argument: Arg, row: &'static Parameter) -> Arg {
    let help = format!(
        "{}\n\nAlso written {}",
        row.detail,
        row.usage(Dialect::Slash)
    );
    let argument = argument
        .help(row.brief)
        .long_help(help)
        .help_heading(row.group());
    match row.value {
        Value::Choice(choices) => argument.value_parser(PossibleValuesParser::new(choices)),
        Value::Required("path") | Value::Optional("file") | Value::Repeated("file") => {
            argument.value_hint(ValueHint::FilePath)
        }
        Value::Required("source" | "destination") | Value::Optional("folder") => {
            argument.value_hint(ValueHint::AnyPath)
        }
        _ => argument,
    }
}
