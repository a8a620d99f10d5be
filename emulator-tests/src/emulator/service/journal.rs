//! The journal of a folder store: each change of a service's state, one JSON line each.
//!
//! ```text
//! {"service":"blob","record":{"Slot":[..]}}
//! ```
//! A line is written before the answer goes out. A killed process may leave half a line at the end;
//! that change was never acknowledged. The emulator does not sync the file: a power cut may lose
//! what the kernel had not written. [`Recovery`](super::recovery::Recovery) reads the journal at
//! the next start.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::emulator::store::{RemovalHold, Removals};

/// The file of the records of all services.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// `None` until the journal of the earlier run has been read.
    file: Mutex<Option<File>>,
    broken: AtomicBool,
    /// The removals of the files that records name.
    removals: Arc<Removals>,
}

/// The journal as one service writes to it.
#[derive(Debug, Clone)]
pub struct ServiceJournal {
    journal: Arc<Journal>,
    service: &'static str,
}

/// One line.
#[derive(Serialize)]
struct JournalLine<'a, R> {
    service: &'a str,
    record: &'a R,
}

impl Journal {
    /// A journal at this path, which takes records once it was begun.
    pub(super) fn new(path: PathBuf, removals: Arc<Removals>) -> Self {
        Self {
            path,
            file: Mutex::default(),
            broken: AtomicBool::new(false),
            removals,
        }
    }

    /// Replaces the file at the path by these lines, and takes more from now on.
    pub(super) fn begin(&self, lines: &[u8]) -> io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(lines)?;
        file.sync_all()?;
        std::fs::rename(&fresh, &self.path)?;
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = Some(file);
        Ok(())
    }

    /// The part of one service.
    pub fn of_service(self: &Arc<Self>, service: &'static str) -> ServiceJournal {
        ServiceJournal {
            journal: Arc::clone(self),
            service,
        }
    }

    /// Takes no more records.
    pub fn close(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// The journal's path when a record could not be written: no answer may claim success from then
    /// on.
    pub fn broken(&self) -> Option<&Path> {
        self.broken.load(Ordering::Acquire).then_some(&self.path)
    }

    fn append(&self, line: &[u8]) -> io::Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let file = file.as_mut();
        file.ok_or_else(|| io::Error::other("the journal was not begun"))?
            .write_all(line)
    }
}

impl ServiceJournal {
    /// Keeps the files of bodies that a change drops, until the change is recorded and the hold is
    /// dropped.
    pub fn hold_removals(&self) -> RemovalHold {
        self.journal.removals.hold()
    }

    /// Writes a record. A journal that cannot be written is broken from then on.
    pub fn write(&self, record: &impl Serialize) {
        if self.journal.broken().is_some() {
            return;
        }
        let mut line = Vec::new();
        let written =
            push_line(&mut line, self.service, record).and_then(|()| self.journal.append(&line));
        if written.is_err() {
            self.journal.close();
        }
    }
}

/// Adds a record as a line.
pub(super) fn push_line(
    lines: &mut Vec<u8>,
    service: &str,
    record: &impl Serialize,
) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, &JournalLine { service, record })?;
    lines.push(b'\n');
    Ok(())
}
