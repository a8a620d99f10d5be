//! `azring remove LOCATION ...`: deletes objects of a service.

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::job;
use azring_core::options::Options;

use super::definition::Command;
use super::explain_filter::explain;
use super::one_place::CHANGED_OBJECTS;
use super::run_host::{RunHost, failed, listeners};
use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::intent;
use crate::listener::{
    ActionSummary, AzCopy10Output, JobKind, JsonRecords, Listener, PlannedChanges,
};
use crate::parameter::{self as row, Dialect, joined};
use crate::parsed::ParsedArgs;
use crate::settings::Settings;
use crate::usage_error::UsageError;
use crate::{prompt, report, terminal};

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "remove",
        usage: "<url> [parameters]",
        brief: "Delete blobs, or files of a file share",
    },
    taken: &joined::<46>(
        &CHANGED_OBJECTS,
        &[
            &row::Y,
            &row::DELETE_SNAPSHOTS,
            &row::LIST_OF_VERSIONS,
            &row::VERSION_LABEL,
        ],
    ),
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    remove(&COMMAND.read(list)?, console)
}

/// Deletes what the parameters say.
pub(super) fn remove(args: &ParsedArgs, console: &Arc<Console>) -> Result<Ending, UsageError> {
    let environment = Environment::of_process(console, prompt::secret_line(console));
    if let Some(ending) = explain(args, &environment, console)? {
        return Ok(ending);
    }
    let (options, removal) = intent::remove(args, &environment)?;
    let settings = Settings::new(args, &environment)?.of_command("remove");
    if settings.has_errors_only() {
        console.show_errors_only();
    }
    if !settings.json && !settings.is_silent() {
        console.show_notices();
    }
    let report = settings.report.as_deref().map(report::open).transpose()?;
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return Ok(ending),
    };
    if !options.preview && !args.has(&row::Y) {
        let what = if options.selection.recursive || options.selection.pattern.is_some() {
            "everything that is selected in "
        } else {
            ""
        };
        let question = format!("Delete {what}{}? (Yes/No) ", options.source);
        let stop = host.stop().clone();
        let read = || terminal::line(|| stop.is_on());
        if prompt::yes_or_no(console, &question, read) != Some(true) {
            let ending = host.called_off().unwrap_or(Ending::Failure);
            failed(console, "nothing was deleted");
            return Ok(ending);
        }
    }
    let mut listeners = match listeners(&options, &settings, report, console) {
        Ok(listeners) => listeners,
        Err(text) => return Ok(failed(console, &text)),
    };
    listeners.extend(results(&options, &settings, console));
    let (_, ending) = host.run_job(&settings, listeners, |observer, stop| {
        job::remove(&options, removal, observer, stop)
    });
    Ok(ending)
}

/// The listeners that print what was deleted.
fn results(
    options: &Options,
    settings: &Settings,
    console: &Arc<Console>,
) -> Vec<Box<dyn Listener>> {
    let console = || Arc::clone(console);
    if settings.is_silent() {
        return Vec::new();
    }
    if settings.dialect == Dialect::AzCopy10 {
        let output = AzCopy10Output::new(console(), JobKind::Remove, options, settings);
        return vec![Box::new(output)];
    }
    if settings.json {
        let records = JsonRecords::new(console(), options, settings.dialect);
        return vec![Box::new(records)];
    }
    vec![
        Box::new(PlannedChanges::new(console())),
        Box::new(ActionSummary::of_removal(console(), options.preview)),
    ]
}
