//! `azring set-properties LOCATION ...`: sets properties of objects of a service.

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::job;

use super::definition::Command;
use super::explain_filter::explain;
use super::one_place::CHANGED_OBJECTS;
use super::run_host::{RunHost, failed, listeners};
use crate::console::Console;
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::listener::{
    ActionSummary, AzCopy10Output, JobKind, JsonRecords, Listener, PlannedChanges,
};
use crate::parameter::{self as row, Dialect, joined};
use crate::parsed::ParsedArgs;
use crate::settings::Settings;
use crate::usage_error::UsageError;
use crate::{intent, prompt, report};

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "set-properties",
        usage: "<url> [parameters]",
        brief: "Set tier, tags, metadata and content headers of objects",
    },
    taken: &joined::<51>(
        &CHANGED_OBJECTS,
        &[
            &row::TIER,
            &row::REHYDRATE_PRIORITY,
            &row::METADATA,
            &row::BLOB_TAGS,
            &row::SET_CONTENT_TYPE,
            &row::CONTENT_ENCODING,
            &row::CONTENT_LANGUAGE,
            &row::CONTENT_DISPOSITION,
            &row::CACHE_CONTROL,
        ],
    ),
    has_own_help: false,
    run,
};

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    set_properties(&COMMAND.read(list)?, console)
}

/// Sets what the parameters say.
pub(super) fn set_properties(
    args: &ParsedArgs,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let environment = Environment::of_process(console, prompt::secret_line(console));
    if let Some(ending) = explain(args, &environment, console)? {
        return Ok(ending);
    }
    let options = intent::set_properties(args, &environment)?;
    let settings = Settings::new(args, &environment)?.of_command("set-properties");
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
    let mut listeners = match listeners(&options, &settings, report, console) {
        Ok(listeners) => listeners,
        Err(text) => return Ok(failed(console, &text)),
    };
    if settings.is_silent() {
        // Nothing is printed but errors.
    } else if settings.dialect == Dialect::AzCopy10 {
        let kind = JobKind::SetProperties;
        let output = AzCopy10Output::new(Arc::clone(console), kind, &options, &settings);
        listeners.push(Box::new(output));
    } else if settings.json {
        let records = JsonRecords::new(Arc::clone(console), &options, settings.dialect);
        listeners.push(Box::new(records) as Box<dyn Listener>);
    } else {
        let summary = ActionSummary::of_properties(Arc::clone(console), options.preview);
        listeners.push(Box::new(PlannedChanges::new(Arc::clone(console))));
        listeners.push(Box::new(summary));
    }
    let (_, ending) = host.run_job(&settings, listeners, |observer, stop| {
        job::set_properties(&options, observer, stop)
    });
    Ok(ending)
}
