//! `azring help [NAME]`: the help about a command, a parameter or a topic, or all of it.

use std::ffi::OsString;
use std::sync::Arc;

use super::definition::Command;
use super::registry::{help_texts, named};
use crate::args;
use crate::console::{self, Console};
use crate::ending::Ending;
use crate::help::{self, CommandHelp};
use crate::parameter::Dialect;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "help",
        usage: "[<command or parameter or topic>]",
        brief: "Show help",
    },
    taken: &[],
    has_own_help: false,
    run,
};

fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let width = console::page_width();
    let page = match words {
        [] => help::page(None, Dialect::Dash, width, &help_texts())?,
        [name] => {
            let command = named().find(|command| name == command.help.name);
            let dialect = match name.as_encoded_bytes() {
                [b'/', ..] => args::dialect(words),
                _ => Dialect::Dash,
            };
            match command {
                Some(command) => command.page(dialect, width),
                None => help::page(Some(&name.to_string_lossy()), dialect, width, &[])?,
            }
        }
        _ => {
            return Err(UsageError::meaning(
                "`help` takes one name: of a command, a parameter or a topic",
            ));
        }
    };
    console.result(&page);
    Ok(Ending::Success)
}
