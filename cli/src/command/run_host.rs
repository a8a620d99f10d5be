//! Runs jobs of the core, one after another, and stops them on signals.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::journal::Session;
use azring_core::options::Options;
use azring_core::report::{Observer, OverwriteAnswer, Summary};
use azring_core::{Stop, job};

use super::unfinished_run::UnfinishedRun;
use crate::console::{Console, Level, count};
use crate::ending::Ending;
use crate::listener::{
    Ledger, Listener, Listeners, Messages, ObjectWords, ProgressDisplay, RunMetrics, Trace,
    VerboseLog,
};
use crate::report::Report;
use crate::settings::Settings;
use crate::signal::FirstSignal;
use crate::usage_error::reason;
use crate::{prompt, signal, terminal};

/// Runs jobs one after another. A signal stops the running one.
pub(super) struct RunHost {
    console: Arc<Console>,
    stop: Stop,
    caught: FirstSignal,
    unfinished: UnfinishedRun,
}

impl RunHost {
    /// Begins to watch for signals. Only one host may exist in a process.
    pub(super) fn open(console: &Arc<Console>) -> Result<Self, Ending> {
        let stop = Stop::default();
        let switch = stop.clone();
        let unfinished = UnfinishedRun::default();
        let run = unfinished.clone();
        let at_second = move |ending| run.print(ending);
        let caught = signal::watch(Arc::clone(console), move || switch.stop(), at_second);
        let caught = caught.map_err(|error| {
            let text = format!("cannot watch for signals: {}", reason(&error));
            failed(console, &text)
        })?;
        Ok(Self {
            console: Arc::clone(console),
            stop,
            caught,
            unfinished,
        })
    }

    /// The switch that stops the run.
    pub(super) fn stop(&self) -> &Stop {
        &self.stop
    }

    /// The ending that a signal has caused, if one has come.
    pub(super) fn called_off(&self) -> Option<Ending> {
        self.caught.ending()
    }

    /// Prints the summary of a run in this way if a second signal ends it.
    pub(super) fn at_second_signal(&self, print: impl Fn(&Summary, Ending) + Send + 'static) {
        self.unfinished.prints(print);
    }

    /// Runs one job with these listeners.
    pub(super) fn run(
        &self,
        options: &Options,
        settings: &Settings,
        session: Option<Session>,
        listeners: Vec<Box<dyn Listener>>,
    ) -> (azring_core::Result<Summary>, Ending) {
        self.run_job(settings, listeners, |observer, stop| {
            job::run(options, session, observer, stop)
        })
    }

    /// Runs any job that reports to an observer and ends when it is stopped.
    pub(super) fn run_job(
        &self,
        settings: &Settings,
        mut listeners: Vec<Box<dyn Listener>>,
        job: impl FnOnce(&dyn Observer, &Stop) -> azring_core::Result<Summary>,
    ) -> (azring_core::Result<Summary>, Ending) {
        // It comes first: from here on the other listeners print the end.
        listeners.insert(0, Box::new(self.unfinished.clone()));
        let listeners = Listeners::new(listeners, asker(&self.console, &self.stop))
            .asking_deletion(deletion_asker(&self.console, &self.stop));
        let result = job(&listeners, &self.stop);
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

/// The listeners of a run, without the one that prints its result. Fails if a file cannot be
/// opened.
pub(super) fn listeners(
    options: &Options,
    settings: &Settings,
    report: Option<File>,
    console: &Arc<Console>,
) -> Result<Vec<Box<dyn Listener>>, String> {
    let console = || Arc::clone(console);
    let mut listeners: Vec<Box<dyn Listener>> = Vec::new();
    // Progress comes first: it must end before the other listeners print.
    if let Some(form) = settings.form(console().has_bar()) {
        listeners.push(Box::new(ProgressDisplay::new(console(), form)));
    }
    if let Some(path) = &settings.verbose_log {
        let log = VerboseLog::open(
            path,
            settings.log_level,
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
        let ledger = Ledger::open(path, ObjectWords::of(options), console());
        listeners.push(Box::new(
            ledger.map_err(|error| cannot_write("ledger", path, &error))?,
        ));
    }
    if let Some(file) = report {
        let report = Report::new(file, settings, options, console());
        listeners.push(Box::new(report));
    }
    if let Some(path) = &settings.trace {
        let trace = Trace::open(path, console());
        listeners.push(Box::new(
            trace.map_err(|error| cannot_write("trace", path, &error))?,
        ));
    }
    if let Some(file) = &settings.metrics {
        let shard = options.selection.filter.shard();
        let metrics = RunMetrics::open(file, shard, settings.job, console());
        listeners.push(Box::new(
            metrics.map_err(|error| cannot_write("metrics", file.path(), &error))?,
        ));
    }
    let messages = Messages::new(console(), options, &settings.advice);
    listeners.push(Box::new(
        messages.skipping_by_choice(settings.skips_by_choice),
    ));
    Ok(listeners)
}

fn cannot_write(what: &str, path: &Path, error: &io::Error) -> String {
    format!(
        "cannot write the {what} `{}`: {}",
        path.display(),
        reason(error)
    )
}

/// Asks at the terminal whether objects may be deleted. No answer is no permission.
fn deletion_asker(
    console: &Arc<Console>,
    stop: &Stop,
) -> impl Fn(u64, u64, &str) -> bool + 'static {
    let console = Arc::clone(console);
    let stop = stop.clone();
    move |objects, all, target| {
        let question = format!(
            "Delete {} of {} object(s) at {target}, which the source does not have? (Yes/No) ",
            count(objects),
            count(all)
        );
        let read = || terminal::line(|| stop.is_on());
        prompt::yes_or_no(&console, &question, read) == Some(true)
    }
}

/// Asks questions at the terminal until a signal stops the run.
fn asker(console: &Arc<Console>, stop: &Stop) -> impl Fn(&str, &str) -> OverwriteAnswer + 'static {
    let console = Arc::clone(console);
    let stop = stop.clone();
    move |source, target| {
        prompt::overwrite(&console, source, target, || terminal::line(|| stop.is_on()))
    }
}
