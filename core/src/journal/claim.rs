//! The way to a journal: claim its place, look what is there, then begin or resume.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::append::Journal;
use super::command::Command;
use super::compact;
use super::error::{Error, Result};
use super::frame::Header;
use super::owner::{Claimed, Holder, Owner};
use super::record::Record;
use super::replay::{Replayed, replay};
use super::storage::{File, Files, Folder};

/// What a file is called until it may have the journal's name.
const NEW: &str = ".new";

/// What the lock beside a journal is called.
const OWNER: &str = ".owner";

/// The files that a journal of this name is made of, while somebody writes it.
pub fn files(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    ["", OWNER, NEW]
        .map(|end| folder.join(format!("{name}{end}")))
        .into_iter()
}

/// A journal's place, which this process owns as long as this lives.
pub struct Claim {
    pub(super) home: JournalHome,
}

/// What a run gets: the journal that it writes, and what that said before.
#[derive(Debug)]
pub struct Session {
    /// To be written.
    pub journal: Journal,
    /// What there is to resume, if there is.
    pub resumed: Option<Replayed>,
}

impl Claim {
    /// Owns the journal called `name` in `folder`, which is made when it is missing. Fails when somebody else owns it
    /// or the folder cannot be written.
    pub fn at(folder: &Path, name: &str) -> Result<Self> {
        let place = folder.join(name).display().to_string();
        let failed = |error: io::Error| Error::disk("create", &place, &error);
        let files = Files::open_or_make(folder).map_err(failed)?;
        let owner = match Owner::claim(&files.path(&format!("{name}{OWNER}"))).map_err(failed)? {
            Claimed::Ours(owner) => owner,
            Claimed::Held(holder) => return Err(Error::Held { place, holder }),
        };
        Self::new(Arc::new(files), name, Some(owner))
    }

    /// The same in any kind of folder that nobody else works in.
    pub fn within(folder: Arc<dyn Folder>, name: &str) -> Result<Self> {
        Self::new(folder, name, None)
    }

    fn new(folder: Arc<dyn Folder>, name: &str, owner: Option<Owner>) -> Result<Self> {
        let home = JournalHome {
            folder,
            name: name.into(),
            _owner: owner,
        };
        // What an interrupted run did not bring to an end.
        home.folder
            .remove(&home.new_name())
            .map_err(|error| home.failed("write", &error))?;
        Ok(Self { home })
    }

    /// What the journal says; `None` where there is none. Changes nothing.
    pub fn look(&self) -> Result<Option<Replayed>> {
        let place = self.home.shown();
        let open = self.home.folder.open(&self.home.name);
        let Some(file) = open.map_err(|error| self.home.failed("open", &error))? else {
            return Ok(None);
        };
        replay(file, &place).map(Some)
    }

    /// Begins a new journal, in place of one that is there.
    pub fn begin(self, command: &Command) -> Result<Session> {
        let ready = self.home.lay(command)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: None,
        })
    }

    /// Goes on with a journal: cuts off what a crash left behind its end, and shortens it if most of it is settled.
    pub fn resume(self, replayed: Replayed) -> Result<Session> {
        let ready = compact::ready(&self.home, &replayed)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: Some(replayed),
        })
    }

    /// Goes on with a job whose source is to be listed anew: what is open is taken up, what is done holds where source and
    /// destination still have it.
    pub fn list_anew(self, replayed: &Replayed) -> Result<Session> {
        let (ready, anew) = compact::list_anew(&self.home, replayed)?;
        Ok(Session {
            journal: Journal::start(self.home, ready),
            resumed: Some(anew),
        })
    }

    /// Takes the journal away.
    pub fn remove(self) -> Result<()> {
        self.home.remove()
    }
}

/// Reads the journal called `name` in `folder` without owning it, and says who does.
pub fn peek(folder: &Path, name: &str) -> (Result<Option<Replayed>>, Option<Holder>) {
    let holder = Owner::look(&folder.join(format!("{name}{OWNER}")));
    let place = folder.join(name).display().to_string();
    let replayed = match Files::at(folder).open(name) {
        Ok(Some(file)) => replay(file, &place).map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(Error::disk("open", &place, &error)),
    };
    (replayed, holder)
}

/// Where a journal lies. It is nobody else's as long as this lives.
pub(super) struct JournalHome {
    folder: Arc<dyn Folder>,
    name: String,
    _owner: Option<Owner>,
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

    /// Lays a new journal down, with nothing in it but the command.
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

    /// Begins a file that is to become the journal.
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

    /// Takes the journal away, durably.
    pub(super) fn remove(&self) -> Result<()> {
        self.folder
            .remove(&self.name)
            .and_then(|()| self.folder.sync())
            .map_err(|error| self.failed("remove", &error))
    }
}

/// A journal to be written on.
pub(super) struct Ready {
    pub(super) file: Arc<dyn File>,
    pub(super) header: Header,
    /// Where the next record goes.
    pub(super) end: u64,
    /// The number of the next object planned.
    pub(super) next_seq: u64,
}

/// A file that is to become the journal: nobody sees it until it is complete and durable.
pub(super) struct JournalDraft<'h> {
    home: &'h JournalHome,
    file: Arc<dyn File>,
    header: Header,
    bytes: Vec<u8>,
    begin: u64,
}

/// So much of a draft is written at once.
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

    /// Makes it the journal, in which the next object planned gets the number `next_seq`.
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
