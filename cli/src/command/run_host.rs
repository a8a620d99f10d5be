//! Runs jobs of the core, one after the other, with their listeners and under the signals.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::journal::Session;
use azring_core::options::Options;
use azring_core::report::{OverwriteAnswer, Summary};
use azring_core::{Stop, job};

use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::listener::{Ledger, Listener, Listeners, Messages, ProgressDisplay, Trace, VerboseLog};
use crate::report::Report;
use crate::settings::Settings;
use crate::signal::FirstSignal;
use crate::usage_error::reason;
use crate::{prompt, signal, terminal};

/// Where runs are carried out, one after the other, under the hand of the signals.
pub(super) struct RunHost {
    console: Arc<Console>,
    stop: Stop,
    caught: FirstSignal,
}

impl RunHost {
    /// From now on signals call off what is carried out; once in a process.
    pub(super) fn open(console: &Arc<Console>) -> Result<Self, Ending> {
        let stop = Stop::default();
        let switch = stop.clone();
        let caught = signal::watch(Arc::clone(console), move || switch.stop());
        let caught = caught.map_err(|error| {
            let text = format!("cannot watch for signals: {}", reason(&error));
            failed(console, &text)
        })?;
        Ok(Self {
            console: Arc::clone(console),
            stop,
            caught,
        })
    }

    /// The switch that stops the run.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// How it ends, if a signal has called it off.
    pub(super) fn called_off(&self) -> Option<Ending> {
        self.caught.ending()
    }

    /// Carries a run out under the eyes of these listeners.
    pub(super) fn run(
        &self,
        options: &Options,
        settings: &Settings,
        session: Option<Session>,
        listeners: Vec<Box<dyn Listener>>,
    ) -> (azring_core::Result<Summary>, Ending) {
        let listeners = Listeners::new(listeners, asker(&self.console, &self.stop));
        let result = job::run(options, session, &listeners, &self.stop);
        let ending = self
            .called_off()
            .unwrap_or_else(|| Ending::of(&result, settings.exit_policy));
        let with_output = || ending.with_output(self.console.has_lost());
        listeners.end(result.as_ref(), with_output);
        (result, with_output())
    }
}

pub(super) fn failed(console: &Console, text: &str) -> Ending {
    console.message(Level::Error, text);
    Ending::Failure
}

/// Everybody who is to hear of the run, but for who tells how it ended; or why that cannot be.
pub(super) fn listeners(
    options: &Options,
    settings: &Settings,
    report: Option<File>,
    console: &Arc<Console>,
) -> Result<Vec<Box<dyn Listener>>, String> {
    let console = || Arc::clone(console);
    let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
    // Progress first: when it is over, nothing may be drawn over what the others say.
    if let Some(form) = settings.form(console().has_bar()) {
        listeners.push(Box::new(ProgressDisplay::new(console(), form)));
    }
    if let Some(path) = &settings.verbose_log {
        let log = VerboseLog::open(
            path,
            &settings.command,
            console(),
            options,
            &settings.advice,
        );
        listeners.push(Box::new(
            log.map_err(|error| cannot_write("verbose log", path, &error))?,
        ));
    }
    if let Some(path) = &settings.ledger {
        let ledger = Ledger::open(path, options.preview, console());
        listeners.push(Box::new(
            ledger.map_err(|error| cannot_write("ledger", path, &error))?,
        ));
    }
    if let Some(file) = report {
        let report = Report::new(file, &settings.command, options, console());
        listeners.push(Box::new(report));
    }
    if let Some(path) = &settings.trace {
        let trace = Trace::open(path, console());
        listeners.push(Box::new(
            trace.map_err(|error| cannot_write("trace", path, &error))?,
        ));
    }
    listeners.push(Box::new(Messages::new(
        console(),
        options,
        &settings.advice,
    )));
    Ok(listeners)
}

fn cannot_write(what: &str, path: &Path, error: &io::Error) -> String {
    format!(
        "cannot write the {what} `{}`: {}",
        path.display(),
        reason(error)
    )
}

/// Asks at the terminal, as long as the run is not called off.
fn asker(console: &Arc<Console>, stop: &Stop) -> impl Fn(&str, &str) -> OverwriteAnswer + 'static {
    let console = Arc::clone(console);
    let stop = stop.clone();
    move |source, target| {
        prompt::overwrite(&console, source, target, || terminal::line(|| stop.is_on()))
    }
}
