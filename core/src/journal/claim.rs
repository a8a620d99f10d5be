//! Claims a journal, reads it, then begins or resumes it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::append::Journal;
use super::command::Command;
use super::compact;
use super::error::{Error, Result};
use super::frame::Header;
use super::owner::{Claimed, Holder, OwnerLock};
use super::record::Record;
use super::replay::{Replayed, replay};
use super::storage::{File, Files, Folder};

/// The end of a file's name until it becomes the journal.
const NEW: &str = ".new";

/// The end of the lock file's name.
const OWNER: &str = ".owner";

/// The files of a journal of this name while it is written.
pub fn files(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    ["", OWNER, NEW]
        .map(|end| folder.join(format!("{name}{end}")))
        .into_iter()
}

/// A journal that this process owns as long as this exists.
pub struct Claim {
    pub(super) home: JournalHome,
}

/// A journal to write, and what an earlier run left in it.
#[derive(Debug)]
pub struct Session {
    /// The journal to write.
    pub journal: Journal,
    /// What there is to resume, if anything.
    pub resumed: Option<Replayed>,
}

impl Claim {
    /// Claims the journal called `name` in `folder`, which is created if it is missing.
    ///
    /// Fails when another process owns the journal, or the folder cannot be written.
    pub fn at(folder: &Path, name: &str) -> Result<Self> {
        let place = folder.join(name).display().to_string();
        let failed = |error: io::Error| Error::disk("create", &place, &error);
        let files = Files::open_or_make(folder).map_err(failed)?;
        let owner =
            match OwnerLock::claim(&files.path(&format!("{name}{OWNER}"))).map_err(failed)? {
                Claimed::Ours(owner) => owner,
                Claimed::Held(holder) => return Err(Error::Held { place, holder }),
            };
        Self::new(Arc::new(files), name, Some(owner))
    }

    /// Claims a journal in any kind of folder that no other process uses.
    pub fn within(folder: Arc<dyn Folder>, name: &str) -> Result<Self> {
        Self::new(folder, name, None)
    }

    fn new(folder: Arc<dyn Folder>, name: &str, owner: Option<OwnerLock>) -> Result<Self> {
        let home = JournalHome {
            folder,
            name: name.into(),
            is_kept: false,
            _owner: owner,
        };
        // Removes a file that an interrupted run did not finish.
        home.folder
            .remove(&home.new_name())
            .map_err(|error| home.failed("write", &error))?;
        Ok(Self { home })
    }

    /// Reads the journal; `None` if there is none. Changes nothing.
    pub fn look(&self) -> Result<Option<Replayed>> {
        let place = self.home.shown();
        let open = self.home.folder.open(&self.home.name);
        let Some(file) = open.map_err(|error| self.home.failed("open", &error))? else {
            return Ok(None);
        };
        replay(file, &place).map(Some)
    }

    /// Begins a new journal, which replaces an existing one.
    pub fn begin(self, command: &Command) -> Result<Session> {
        let ready = self.home.lay(command)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: None,
        })
    }

    /// Resumes a journal: cuts off what a crash left after its end, and shortens it if most of it
    /// is settled.
    pub fn resume(self, replayed: Replayed) -> Result<Session> {
        let ready = compact::ready(&self.home, &replayed)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: Some(replayed),
        })
    }

    /// Resumes the journal of a shard. It is not shortened, and stays when it is complete: the shard's
    /// result is made of its records.
    pub fn resume_shard(mut self, replayed: Replayed) -> Result<Session> {
        self.home.is_kept = true;
        let ready = compact::cut(&self.home, &replayed)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: Some(replayed),
        })
    }

    /// Resumes a job whose source is to be listed anew.
    ///
    /// Open objects are taken up; done ones stay done where source and target are unchanged.
    pub fn list_anew(self, replayed: &Replayed) -> Result<Session> {
        let (ready, anew) = compact::list_anew(&self.home, replayed)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: Some(anew),
        })
    }

    /// Removes the journal.
    pub fn remove(self) -> Result<()> {
        self.home.remove()
    }
}

/// Reads the journal called `name` in `folder` without claiming it, and returns its owner.
pub fn peek(folder: &Path, name: &str) -> (Result<Option<Replayed>>, Option<Holder>) {
    let holder = OwnerLock::look(&folder.join(format!("{name}{OWNER}")));
    let place = folder.join(name).display().to_string();
    let replayed = match Files::at(folder).open(name) {
        Ok(Some(file)) => replay(file, &place).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(Error::disk("open", &place, &error)),
    };
    (replayed, holder)
}

/// The folder and name of a claimed journal.
pub(super) struct JournalHome {
    folder: Arc<dyn Folder>,
    name: String,
    /// A complete journal stays, because its records are still needed.
    pub(super) is_kept: bool,
    _owner: Option<OwnerLock>,
}

impl JournalHome {
    /// How the journal is shown.
    pub(super) fn shown(&self) -> String {
        format!("{}/{}", self.folder.shown(), self.name)
    }

    fn new_name(&self) -> String {
        format!("{}{NEW}", self.name)
    }

    pub(super) fn failed(&self, doing: &'static str, error: &io::Error) -> Error {
        Error::disk(doing, &self.shown(), error)
    }

    /// Creates a journal that contains only the command.
    pub(super) fn lay(&self, command: &Command) -> Result<Ready> {
        let header = Header {
            generation: 0,
            job: random().map_err(|error| self.failed("create", &error))?,
            fingerprint: command.fingerprint(),
        };
        let mut draft = self.draft(&header)?;
        draft.push(&Record::Command(command.clone()))?;
        draft.commit(0)
    }

    /// Begins a file that becomes the journal when it is complete.
    pub(super) fn draft(&self, header: &Header) -> Result<JournalDraft<'_>> {
        let file = self
            .folder
            .create(&self.new_name())
            .map_err(|error| self.failed("create", &error))?;
        Ok(JournalDraft {
            home: self,
            file,
            header: *header,
            bytes: header.bytes().to_vec(),
            begin: 0,
        })
    }

    /// Makes the journal's name durable.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.folder.sync()
    }

    /// Removes the journal, durably.
    pub(super) fn remove(&self) -> Result<()> {
        self.folder
            .remove(&self.name)
            .and_then(|()| self.folder.sync())
            .map_err(|error| self.failed("remove", &error))
    }
}

/// A journal that records can be appended to.
pub(super) struct Ready {
    pub(super) file: Arc<dyn File>,
    pub(super) header: Header,
    /// Where the next record goes.
    pub(super) end: u64,
    /// The number of the next object planned.
    pub(super) next_seq: u64,
}

/// A file that becomes the journal once it is complete and durable.
pub(super) struct JournalDraft<'h> {
    home: &'h JournalHome,
    file: Arc<dyn File>,
    header: Header,
    bytes: Vec<u8>,
    begin: u64,
}

/// A draft is written in pieces of this length.
const DRAFT_BYTES: usize = 256 << 10;

impl JournalDraft<'_> {
    /// Appends a record.
    pub(super) fn push(&mut self, record: &Record<'_>) -> Result<()> {
        let offset = self.begin + self.bytes.len() as u64;
        self.header.seal().put(&mut self.bytes, offset, record);
        if self.bytes.len() >= DRAFT_BYTES {
            self.write()?;
        }
        Ok(())
    }

    /// Makes the draft the journal. The next planned object gets the number `next_seq`.
    pub(super) fn commit(mut self, next_seq: u64) -> Result<Ready> {
        self.write()?;
        let Self {
            home,
            file,
            header,
            begin: end,
            ..
        } = self;
        let commit = || {
            file.sync()?;
            home.folder.rename(&home.new_name(), &home.name)?;
            home.folder.sync()
        };
        commit().map_err(|error| home.failed("create", &error))?;
        Ok(Ready {
            file,
            header,
            end,
            next_seq,
        })
    }

    fn write(&mut self) -> Result<()> {
        self.file
            .write_at(&self.bytes, self.begin)
            .map_err(|error| self.home.failed("write", &error))?;
        self.begin += self.bytes.len() as u64;
        self.bytes.clear();
        Ok(())
    }
}

fn random() -> io::Result<[u8; 16]> {
    let mut bytes = [0; 16];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())?;
    Ok(bytes)
}
