//! `azring make LOCATION`: makes a container, a file share, a directory in one, or a table.

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::location::Location;
use azring_core::store::Made;
use azring_core::{Error, Side, job};
use jiff::Timestamp;
use serde_json::json;

use super::definition::Command;
use super::one_place::PLACE;
use super::run_host::failed;
use crate::advice::Advice;
use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::error_text::unusable;
use crate::listener::record::record;
use crate::parameter::{self as row, joined};
use crate::parsed::{ParsedArgs, choice, read};
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "make",
        usage: "<url> [parameters]",
        brief: "Make a container, a file share, a directory in one, or a table",
    },
    taken: &joined::<15>(&PLACE, &[&row::QUOTA_GB]),
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    make(&COMMAND.read(list)?, console)
}

/// Makes what the parameters name. What exists already is a failure, as with AzCopy 10.
pub(super) fn make(args: &ParsedArgs, console: &Arc<Console>) -> Result<Ending, UsageError> {
    if !args.has(&row::SOURCE) {
        return Err(UsageError::meaning(
            "`make` needs the URL of a container, of a file share or a directory in one, or of a table",
        ));
    }
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let location = intent::place(args, &environment)?;
    let quota_gib = read::quota_gib(args)?;
    let is_share = matches!(&location, Location::Share(place) if place.directory.is_empty());
    if quota_gib.is_some() && !is_share {
        return Err(UsageError::meaning(format!(
            "`{}` is only for a file share, and `{location}` is none",
            row::QUOTA_GB.spelled(args.dialect())
        )));
    }
    let engine = intent::engine(args, &environment)?;
    let output = choice(args, &row::OUTPUT)?;
    let advice = Advice::new(args, &environment);
    match job::make(&location, quota_gib, &engine) {
        Ok(Made::Made) => {
            match output {
                Some("json") => {
                    let fields = json!({ "location": location.to_string() });
                    console.result(&record(Timestamp::now(), "made", &fields));
                }
                Some("none") => {}
                _ => console.result(&format!("Successfully created the resource: {location}")),
            }
            Ok(Ending::Success)
        }
        Ok(Made::Existed) => Ok(failed(console, &format!("`{location}` exists already"))),
        Err(Error::Usage(text)) => Err(UsageError::meaning(text)),
        Err(error) => {
            let text = unusable(&error, Side::Target, &location, None, &advice);
            Ok(failed(console, &text))
        }
    }
}
