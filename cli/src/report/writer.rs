//! The listener that gathers the history of a run and writes the report at its end.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::Event;
use jiff::Zoned;

use super::samples::RunHistory;
use crate::console::Console;
use crate::listener::make_durable;
use crate::listener::{Listener, RunEnd};
use crate::mask::shown;
use crate::usage_error::{UsageError, reason};

use super::page::{self, ReportData, RunResult};

/// Opens the file of a report before the run, to find out whether it can be written. Its old
/// content stays until the report is written. Only the owner can read a new file.
pub(crate) fn open(path: &Path) -> Result<File, UsageError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(|error| {
            UsageError::meaning(format!(
                "cannot write the report `{}`: {}",
                shown(&path.to_string_lossy()),
                reason(&error)
            ))
        })
}

/// Gathers the history of a run and writes the report at its end.
pub(crate) struct Report {
    file: File,
    console: Arc<Console>,
    command: String,
    source: String,
    target: String,
    is_preview: bool,
    begun: Zoned,
    history: RefCell<RunHistory>,
}

impl Report {
    /// The report of a run with these options, which begins now.
    pub(crate) fn new(file: File, command: &str, options: &Options, console: Arc<Console>) -> Self {
        Self {
            file,
            console,
            command: command.to_owned(),
            source: shown(&options.source.to_string()),
            target: shown(&options.target.to_string()),
            is_preview: options.preview,
            begun: Zoned::now(),
            history: RefCell::default(),
        }
    }

    fn write(&self, end: &RunEnd<'_>) -> io::Result<()> {
        let history = self.history.borrow();
        let ended = Zoned::now();
        let data = ReportData {
            version: env!("CARGO_PKG_VERSION"),
            command: &self.command,
            source: &self.source,
            target: &self.target,
            is_preview: self.is_preview,
            begun: &self.begun,
            ended: &ended,
            outcome: match end.result {
                Ok(summary) => RunResult::Run(summary),
                Err(error) => RunResult::Broken(shown(&error.to_string())),
            },
            ending: end.ending,
            history: &history,
        };
        let mut file = &self.file;
        // A pipe or a terminal cannot be truncated.
        if file.metadata()?.is_file() {
            file.set_len(0)?;
        }
        file.write_all(page::page(&data).as_bytes())?;
        make_durable(file)
    }
}

impl Listener for Report {
    fn on_event(&self, event: &Event<'_>) {
        self.history.borrow_mut().add(event);
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        if let Err(error) = self.write(end) {
            self.console.lost("cannot write the report", &error);
        }
    }
}
