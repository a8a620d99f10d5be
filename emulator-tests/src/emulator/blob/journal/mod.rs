//! What the folder store remembers besides bodies: every change of the state, one JSON record per line, written before the
//! answer goes.
//!
//! ```text
//! state changes under its lock -> records (stored) -> journal.jsonl
//! next start: journal.jsonl -> replay -> state, a fresh journal, and no files that nothing refers to
//! ```
//! A process that is killed may leave half a line behind; it was never acknowledged and is dropped. Losing power may cost
//! what the kernel had not written yet: the emulator does not sync.

pub mod record;
pub mod replay;
pub mod stored;

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use record::Record;

/// The file of records.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    broken: AtomicBool,
}

impl Journal {
    /// Begins a journal with these records in the place of the one that is there.
    pub fn begin(path: &Path, records: &[Record]) -> io::Result<Self> {
        let fresh = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        let mut text = Vec::new();
        for record in records {
            serde_json::to_writer(&mut text, record)?;
            text.push(b'\n');
        }
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)?;
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            broken: AtomicBool::new(false),
        })
    }

    /// Writes a record down. A journal that cannot be written is broken from then on.
    pub fn write(&self, record: &Record) {
        if self.broken().is_some() {
            return;
        }
        let written = serde_json::to_vec(record)
            .map_err(io::Error::from)
            .and_then(|mut line| {
                line.push(b'\n');
                self.file
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .write_all(&line)
            });
        if written.is_err() {
            self.broken.store(true, Ordering::Release);
        }
    }

    /// Takes no more records.
    pub fn close(&self) {
        self.broken.store(true, Ordering::Release);
    }

    /// The journal's path, when something could not be written: no answer may claim success any more.
    pub fn broken(&self) -> Option<&Path> {
        self.broken.load(Ordering::Acquire).then_some(&self.path)
    }
}
