//! The file of the metrics, which is replaced as a whole.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file whose readers see either the old content or the new one.
#[derive(Debug, Clone)]
pub(crate) struct MetricsFile {
    path: PathBuf,
    /// The new content, until it is complete.
    next: PathBuf,
}

impl MetricsFile {
    /// The file of this path.
    pub(crate) fn new(path: PathBuf) -> Self {
        let mut next = path.clone().into_os_string();
        // Another process that was given the same file does not write into this one's. The name does not
        // end as the file's does, so that no collector reads it.
        next.push(format!(".{}.tmp", std::process::id()));
        Self {
            path,
            next: next.into(),
        }
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Both files: the second one exists while a new content is written.
    pub(crate) fn files(&self) -> [&PathBuf; 2] {
        [&self.path, &self.next]
    }

    /// Replaces the content. Everybody may read the file, because a collector runs as another user.
    pub(crate) fn replace(&self, text: &str) -> io::Result<()> {
        let written = self.write(text);
        if written.is_err() {
            // What is incomplete is of no use. It may not even exist.
            let _removed = fs::remove_file(&self.next);
        }
        written
    }

    fn write(&self, text: &str) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&self.next)?;
        file.write_all(text.as_bytes())?;
        drop(file);
        fs::rename(&self.next, &self.path)
    }
}
