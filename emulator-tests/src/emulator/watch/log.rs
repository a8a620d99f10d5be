//! The request log: one JSON object per line, in a file, in memory, or off.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::record::RequestRecord;

/// Where log lines go. Without a file and without lines in memory, no line is made.
#[derive(Debug, Default)]
pub struct Log {
    wanted: AtomicBool,
    sinks: Mutex<Sinks>,
}

#[derive(Debug, Default)]
struct Sinks {
    file: Option<File>,
    lines: VecDeque<String>,
    lines_max: usize,
}

impl Log {
    /// Appends to a file from now on.
    pub fn to_file(&self, path: &Path) -> io::Result<()> {
        let file = File::options().append(true).create(true).open(path)?;
        self.sinks().file = Some(file);
        self.wanted.store(true, Ordering::Release);
        Ok(())
    }

    /// Keeps the last `lines_max` lines in memory from now on; 0 keeps none.
    pub fn keep(&self, lines_max: usize) {
        let mut sinks = self.sinks();
        sinks.lines_max = lines_max;
        let surplus = sinks.lines.len().saturating_sub(lines_max);
        sinks.lines.drain(..surplus);
        self.wanted
            .store(lines_max > 0 || sinks.file.is_some(), Ordering::Release);
    }

    /// The lines kept, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.sinks().lines.iter().cloned().collect()
    }

    /// Removes the lines kept.
    pub fn clear(&self) {
        self.sinks().lines.clear();
    }

    /// Writes a line if the log is on. On a full disk the line is lost, because the service must go
    /// on.
    pub(super) fn add(&self, record: &RequestRecord<'_>) {
        if !self.wanted.load(Ordering::Acquire) {
            return;
        }
        let line = record.line();
        let mut sinks = self.sinks();
        if let Some(file) = &mut sinks.file {
            let _ = file.write_all(format!("{line}\n").as_bytes());
        }
        if sinks.lines_max > 0 {
            if sinks.lines.len() >= sinks.lines_max {
                sinks.lines.pop_front();
            }
            sinks.lines.push_back(line);
        }
    }

    fn sinks(&self) -> MutexGuard<'_, Sinks> {
        self.sinks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
