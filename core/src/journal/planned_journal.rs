//! A journal that is written as a whole before any run has it: the file of a shard.
//!
//! It has the format of every journal: the command, a record for each object, and the end of the listing.
//! Its id is given, because it follows from the plan. Nothing here runs in threads: a plan writes many
//! such files, and keeps none of them open.

use std::path::Path;

use sha2::{Digest as _, Sha256};

use super::command::Command;
use super::error::{Error, Result};
use super::frame::{Header, Seal};
use super::record::Record;
use super::storage::{Files, Folder as _};

/// The end of the file's name until it is complete.
const NEW: &str = ".new";

/// A journal in the making. Dropping it leaves an incomplete file under a name that nobody reads.
pub struct PlannedJournal {
    folder: Files,
    name: String,
    seal: Seal,
    digest: Sha256,
    /// Bytes to be written, from `written` on in the file.
    waiting: Vec<u8>,
    written: u64,
    /// So many bytes are written at once.
    buffer_bytes: usize,
}

impl PlannedJournal {
    /// Begins the journal called `name` of the job `job`. `buffer_bytes` is the memory that it may use.
    ///
    /// Fails when the folder cannot be written.
    pub fn begin(
        folder: &Path,
        name: &str,
        job: [u8; 16],
        command: &Command,
        buffer_bytes: usize,
    ) -> Result<Self> {
        let header = Header {
            generation: 0,
            job,
            fingerprint: command.fingerprint(),
        };
        let folder = Files::open_or_make(folder).map_err(|error| {
            Error::disk("create", &folder.join(name).display().to_string(), &error)
        })?;
        let mut journal = Self {
            folder,
            name: name.into(),
            seal: header.seal(),
            digest: Sha256::new(),
            waiting: header.bytes().to_vec(),
            written: 0,
            buffer_bytes,
        };
        let made = journal.folder.create(&journal.new_name());
        made.map_err(|error| journal.failed("create", &error))?;
        journal.push(&Record::Command(command.clone()))?;
        Ok(journal)
    }

    /// Appends a record.
    pub fn push(&mut self, record: &Record<'_>) -> Result<()> {
        let offset = self.written + self.waiting.len() as u64;
        self.seal.put(&mut self.waiting, offset, record);
        if self.waiting.len() >= self.buffer_bytes {
            self.write()?;
        }
        Ok(())
    }

    /// Ends the journal and gives it its name, durably. Returns the SHA-256 of the file.
    pub fn finish(mut self) -> Result<[u8; 32]> {
        self.write()?;
        let finish = || {
            let file = self.folder.open(&self.new_name())?;
            let file = file.ok_or(std::io::ErrorKind::NotFound)?;
            file.sync()?;
            self.folder.rename(&self.new_name(), &self.name)?;
            self.folder.sync()
        };
        finish().map_err(|error| self.failed("create", &error))?;
        Ok(self.digest.finalize().into())
    }

    /// Writes what waits. The file is opened for it: a plan has more journals than a process has
    /// descriptors.
    fn write(&mut self) -> Result<()> {
        let write = || {
            let file = self.folder.open(&self.new_name())?;
            let file = file.ok_or(std::io::ErrorKind::NotFound)?;
            file.write_at(&self.waiting, self.written)
        };
        write().map_err(|error| self.failed("write", &error))?;
        self.digest.update(&self.waiting);
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    fn new_name(&self) -> String {
        format!("{}{NEW}", self.name)
    }

    fn failed(&self, doing: &'static str, error: &std::io::Error) -> Error {
        let place = format!("{}/{}", self.folder.shown(), self.name);
        Error::disk(doing, &place, error)
    }
}
