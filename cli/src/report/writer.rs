//! The listener that gathers the history of a run and writes the report at its end.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::num::NonZero;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::Event;
use jiff::Zoned;
use rustix::system::uname;

use super::failures::LedgerLink;
use super::samples::RunHistory;
use crate::console::Console;
use crate::listener::make_durable;
use crate::listener::{Listener, RunEnd};
use crate::mask::shown;
use crate::settings::Settings;
use crate::usage_error::{UsageError, reason};

use super::page::{self, ReportData, RunResult};

/// Opens the file of a report before the run, to find out whether it can be written. Its old
/// content stays until the report is written. A new file has the
/// mode 0644, as far as the umask allows it, so that others can be shown it.
pub(crate) fn open(path: &Path) -> Result<File, UsageError> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o644)
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
    ledger: Option<LedgerLink>,
    begun: Zoned,
    history: RefCell<RunHistory>,
}

impl Report {
    /// The report of a run with these options, which begins now.
    pub(crate) fn new(
        file: File,
        settings: &Settings,
        options: &Options,
        console: Arc<Console>,
    ) -> Self {
        let paths = settings.report.as_deref().zip(settings.ledger.as_deref());
        Self {
            file,
            console,
            command: settings.command.clone(),
            source: shown(&options.source.to_string()),
            target: shown(&options.target.to_string()),
            is_preview: options.preview,
            ledger: paths.map(|(report, ledger)| LedgerLink::between(report, ledger)),
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
            ledger: self.ledger.clone(),
            machine: machine(),
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

/// The name of this machine, its cores and its kernel.
fn machine() -> String {
    let system = uname();
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    format!(
        "{}, {cores} core(s), Linux {}",
        shown(&system.nodename().to_string_lossy()),
        system.release().to_string_lossy()
    )
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
