//! A file that a run writes line by line: ledger, trace, verbose log.
//!
//! Only the owner can read a new file. A line that cannot be written is an error that the console
//! shows once; later lines are dropped. A file system may accept bytes and report only later that
//! it has no room for them (a network share, a quota). It reports that when the file is made
//! durable, so a run that succeeded makes its files durable first.

use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::console::Console;

/// A file of lines, and the console that shows why it ends early.
pub(super) struct RecordFile {
    /// `None` once writing has failed.
    lines: RefCell<Option<Lines>>,
    /// The name of the file in messages: `ledger`.
    name: &'static str,
    console: Arc<Console>,
}

impl RecordFile {
    /// Opens the file at `path`, to append to it. Each line is written at once and whole, because
    /// several processes may share the file.
    pub(super) fn append(
        path: &Path,
        name: &'static str,
        console: Arc<Console>,
    ) -> io::Result<Self> {
        Ok(Self::new(Lines::append(path, u64::MAX)?, name, console))
    }

    /// The same, with a new folder if it is missing. A file that has reached `bytes_max` is renamed
    /// to `NAME.1` and replaces an older one.
    pub(super) fn rotate(
        path: &Path,
        bytes_max: u64,
        name: &'static str,
        console: Arc<Console>,
    ) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        Ok(Self::new(Lines::append(path, bytes_max)?, name, console))
    }

    /// Replaces the file at `path`. Lines reach it in large writes.
    pub(super) fn replace(
        path: &Path,
        name: &'static str,
        console: Arc<Console>,
    ) -> io::Result<Self> {
        let lines = Lines {
            path: path.to_owned(),
            file: BufWriter::new(File::create(path)?),
            is_buffered: true,
            bytes: 0,
            bytes_max: u64::MAX,
        };
        Ok(Self::new(lines, name, console))
    }

    fn new(lines: Lines, name: &'static str, console: Arc<Console>) -> Self {
        Self {
            lines: RefCell::new(Some(lines)),
            name,
            console,
        }
    }

    /// The file has no lines yet.
    pub(super) fn is_empty(&self) -> bool {
        self.lines
            .borrow()
            .as_ref()
            .is_some_and(|lines| lines.bytes == 0)
    }

    /// Writes the first lines. The caller reports a failure.
    pub(super) fn begin(&self, text: &str) -> io::Result<()> {
        match &mut *self.lines.borrow_mut() {
            Some(lines) => lines.write(text),
            None => Ok(()),
        }
    }

    /// Writes a line, with its end.
    pub(super) fn write(&self, line: &str) {
        if let Err(error) = self.begin(line) {
            *self.lines.borrow_mut() = None;
            self.console
                .lost(&format!("the {} ends here", self.name), &error);
        }
    }

    /// Writes what is buffered and makes the file durable.
    pub(super) fn finish(&self) {
        let finished = match &mut *self.lines.borrow_mut() {
            Some(lines) => lines
                .file
                .flush()
                .and_then(|()| make_durable(lines.file.get_ref())),
            None => Ok(()),
        };
        if let Err(error) = finished {
            self.console
                .lost(&format!("the {} is not complete", self.name), &error);
        }
    }
}

/// Waits until everything is on the disk. A pipe or a terminal has no disk.
pub(crate) fn make_durable(file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() {
        file.sync_data()
    } else {
        Ok(())
    }
}

/// The open file of a [`RecordFile`].
struct Lines {
    path: PathBuf,
    file: BufWriter<File>,
    /// Lines are collected in memory and written together.
    is_buffered: bool,
    bytes: u64,
    bytes_max: u64,
}

impl Lines {
    fn append(path: &Path, bytes_max: u64) -> io::Result<Self> {
        let file = append_to(path)?;
        let bytes = file.metadata()?.len();
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            is_buffered: false,
            bytes,
            bytes_max,
        })
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let length = line.len() as u64;
        if self.bytes > 0 && self.bytes.saturating_add(length) > self.bytes_max {
            let mut aside = OsString::from(&self.path);
            aside.push(".1");
            fs::rename(&self.path, aside)?;
            self.file = BufWriter::new(append_to(&self.path)?);
            self.bytes = 0;
        }
        self.bytes += length;
        self.file.write_all(line.as_bytes())?;
        if self.is_buffered {
            Ok(())
        } else {
            self.file.flush()
        }
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_appended_to_and_set_aside_when_it_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        fs::write(&path, "old\n").unwrap();
        let mut lines = Lines::append(&path, 8).unwrap();
        lines.write("1\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old\n1\n");
        lines.write("12345\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "12345\n");
        let aside = folder.path().join("log.1");
        assert_eq!(fs::read_to_string(aside).unwrap(), "old\n1\n");
    }
}
