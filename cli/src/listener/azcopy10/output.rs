//! The listener of a run whose command is AzCopy 10's.

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::Arc;

use azring_core::entry::EntryName;
use azring_core::options::Options;
use azring_core::report::{ChangeKind, Event};

use super::super::listeners::{Listener, RunEnd};
use super::counts::{Counts, FailedTransfer};
use super::names::FullNames;
use super::{records, text};
use crate::console::Console;
use crate::job_id::JobId;
use crate::settings::Settings;

/// The failed objects that the last record names.
const FAILED_MAX: usize = 1000;

/// The verb of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JobKind {
    /// A copy.
    Copy,
    /// A sync.
    Sync,
    /// A removal.
    Remove,
    /// New properties.
    SetProperties,
}

/// Prints what AzCopy 10 prints of a job on standard output.
pub(crate) struct AzCopy10Output {
    console: Arc<Console>,
    kind: JobKind,
    pub(super) job: JobId,
    log: Option<PathBuf>,
    json: bool,
    preview: bool,
    names: FullNames,
    failed: RefCell<Vec<FailedTransfer>>,
}

impl AzCopy10Output {
    /// The output of one job.
    pub(crate) fn new(
        console: Arc<Console>,
        kind: JobKind,
        options: &Options,
        settings: &Settings,
    ) -> Self {
        Self {
            console,
            kind,
            job: settings.job,
            log: settings.verbose_log.clone(),
            json: settings.json,
            preview: options.preview,
            names: FullNames::new(options, kind),
            failed: RefCell::default(),
        }
    }

    pub(super) fn begin(&self) {
        let log = self.log.as_ref().map(|path| path.display().to_string());
        let log = log.unwrap_or_default();
        self.console.result(&if self.json {
            records::init(self.job, &log)
        } else {
            text::begin(self.job, &log)
        });
    }

    fn would_copy(&self, name: &EntryName, bytes: u64) {
        let (from, to) = self.names.of(name);
        self.console.result(&if self.json {
            records::dry_run(&from, Some(&to), bytes)
        } else {
            format!("DRYRUN: copy {from} to {to}")
        });
    }

    fn would_set(&self, name: &EntryName, bytes: u64) {
        let place = self.names.removed(name);
        self.console.result(&if self.json {
            records::dry_run(&place, None, bytes)
        } else {
            format!("DRYRUN: set-properties {place}")
        });
    }

    fn would_remove(&self, name: &EntryName, bytes: u64) {
        let place = self.names.removed(name);
        self.console.result(&if self.json {
            records::dry_run(&place, None, bytes)
        } else {
            format!("DRYRUN: remove {place}")
        });
    }
}

impl Listener for AzCopy10Output {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. } if !self.preview => self.begin(),
            Event::Done { name, bytes, .. } if self.preview && self.kind == JobKind::Copy => {
                self.would_copy(name, *bytes);
            }
            Event::Done { name, bytes, .. }
                if self.preview && self.kind == JobKind::SetProperties =>
            {
                self.would_set(name, *bytes);
            }
            Event::Change(change) => {
                let side = change.source.or(change.target);
                let bytes = side.map_or(0, |side| side.bytes);
                match change.kind {
                    ChangeKind::Copy if self.kind == JobKind::Sync => {
                        self.would_copy(change.name, bytes);
                    }
                    ChangeKind::Delete | ChangeKind::Trash => self.would_remove(change.name, bytes),
                    ChangeKind::Copy
                    | ChangeKind::Move
                    | ChangeKind::SetTime
                    | ChangeKind::SetProperties
                    | ChangeKind::Keep => {}
                }
            }
            Event::Failed {
                name, bytes, error, ..
            }
            | Event::DeletionFailed { name, bytes, error } => {
                let mut failed = self.failed.borrow_mut();
                if failed.len() < FAILED_MAX {
                    let (from, to) = self.names.of(name);
                    failed.push(FailedTransfer::new(from, to, *bytes, error));
                }
            }
            _ => {}
        }
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        let summary = match end.result {
            Ok(summary) => summary,
            Err(error) => {
                if self.json {
                    self.console.result(&records::error(self.kind, error));
                }
                return;
            }
        };
        if self.preview {
            return;
        }
        let counts = Counts::of(self.kind, summary, end.ending);
        self.console.result(&if self.json {
            records::end(self.kind, self.job, &counts, &self.failed.borrow())
        } else {
            text::summary(self.kind, self.job, &counts)
        });
    }
}
