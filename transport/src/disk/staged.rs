//! A file written beside its place and moved there when it is complete: nobody ever sees half of it under its name.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{self, AtFlags, RenameFlags, StatxFlags};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

use super::file::{Caching, File, Room};
use super::root::Root;
use crate::{Error, Result};

/// Files up to this size are closed when they are complete and opened again to be made durable, so that thousands of
/// them can wait for the next batch without a descriptor each.
const CLOSE_BYTES_MAX: u64 = 1 << 20;

/// A file under a name of its own (`.azring-….part`), in the folder where it will stay; or without any. Dropping it removes
/// it, unless it is to be kept.
#[derive(Debug)]
pub struct Staged {
    part: Part,
    file: File,
}

/// The name on the disk; removed on drop unless there is none, it was moved to its place or is kept.
#[derive(Debug)]
struct Part {
    folder: Root,
    beside: String,
    name: OsString,
    is_named: bool,
    is_kept: bool,
}

impl Staged {
    /// Makes the part file of `name` in `folder`, which will be `bytes` long.
    pub fn create(
        folder: &Root,
        name: &OsStr,
        bytes: u64,
        room: Room,
        caching: Caching,
    ) -> Result<Self> {
        let beside = fresh_name().map_err(|error| cannot_write(folder, name, &error))?;
        let descriptor = folder
            .create_new(&beside)
            .map_err(|error| cannot_write(folder, name, &error))?;
        Self::of(folder, name, beside, descriptor, bytes, room, caching)
    }

    /// The same under a part name that is given, `beside`, so that it can be found again; what an earlier run left under
    /// it is removed.
    pub fn create_as(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        bytes: u64,
        room: Room,
        caching: Caching,
    ) -> Result<Self> {
        let made = match folder.create_new(beside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                folder.remove(beside);
                folder.create_new(beside)
            }
            made => made,
        };
        let descriptor = made.map_err(|error| cannot_write(folder, name, &error))?;
        Self::of(
            folder,
            name,
            beside.into(),
            descriptor,
            bytes,
            room,
            caching,
        )
    }

    /// The same without any name until it is complete, where that can be: on a file system in memory. It cannot be found again.
    /// To make one and to name it later costs less there than to rename one, and a run that is killed leaves nothing behind.
    pub fn unnamed(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        bytes: u64,
        room: Room,
        caching: Caching,
    ) -> Result<Option<Self>> {
        let Some(descriptor) = folder.create_unnamed() else {
            return Ok(None);
        };
        let beside = beside.into();
        let mut staged = Self::of(folder, name, beside, descriptor, bytes, room, caching)?;
        staged.part.is_named = false;
        Ok(Some(staged))
    }

    /// Opens the part file `beside` again, which an earlier run kept, if it is the very file that had this
    /// [`identity`](Self::identity): an ordinary file of this user with no other name. Its bytes stay as they are.
    pub fn reopen(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        identity: &str,
        bytes: u64,
        room: Room,
        caching: Caching,
    ) -> Result<Option<Self>> {
        let descriptor = match folder.open_own(Path::new(beside)) {
            Ok(Some(descriptor)) => descriptor,
            Ok(None) => return Ok(None),
            Err(error) => return Err(cannot_write(folder, name, &error)),
        };
        let found = identity_of(&descriptor).map_err(|error| cannot_write(folder, name, &error))?;
        if found != identity {
            return Ok(None);
        }
        let mut staged = Self::of(
            folder,
            name,
            beside.into(),
            descriptor,
            bytes,
            room,
            caching,
        )?;
        staged.part.is_kept = true;
        Ok(Some(staged))
    }

    fn of(
        folder: &Root,
        name: &OsStr,
        beside: String,
        descriptor: OwnedFd,
        bytes: u64,
        room: Room,
        caching: Caching,
    ) -> Result<Self> {
        let part = Part {
            folder: folder.clone(),
            beside,
            name: name.to_owned(),
            is_named: true,
            is_kept: false,
        };
        let file = File::to_write(descriptor, bytes, room, caching)
            .map_err(|error| cannot_write(folder, name, &error))?;
        Ok(Self { part, file })
    }

    /// What tells this file from any other, even of the same name: its inode and when that was made.
    pub fn identity(&self) -> Result<String> {
        identity_of(self.file.descriptor())
            .map_err(|error| cannot_write(&self.part.folder, &self.part.name, &error))
    }

    /// From now on it stays when it is dropped, for a later run.
    pub fn keep(&mut self) {
        self.part.is_kept = true;
    }

    /// Removes it, kept or not.
    pub fn discard(mut self) {
        self.part.is_kept = false;
    }

    /// Whether the file called `name` in `folder` is the one that had this [`identity`](Self::identity) as a part file.
    pub fn is_placed(folder: &Root, name: &OsStr, identity: &str) -> Result<bool> {
        let found = folder.open_own(Path::new(name)).and_then(|found| {
            let identity = found.map(|file| identity_of(&file));
            identity.transpose()
        });
        let found = found.map_err(|error| cannot_write(folder, name, &error))?;
        Ok(found.is_some_and(|found| found == identity))
    }

    /// Removes the part file `beside`, if there is one.
    pub fn remove(folder: &Root, beside: &str) {
        folder.remove(beside);
    }

    /// The file, to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Ends the writing: the file gets its exact length and, where one is given, its modification time.
    pub fn complete(mut self, bytes: u64, modified: Option<SystemTime>) -> Result<Complete> {
        self.part.is_kept = false;
        let told = |error: io::Error| cannot_write(&self.part.folder, &self.part.name, &error);
        if self.file.is_direct() {
            self.file.cut(bytes).map_err(told)?;
        }
        if let Some(modified) = modified {
            self.file.set_modified(modified).map_err(told)?;
        }
        let stays_open = bytes > CLOSE_BYTES_MAX || !self.part.is_named;
        let file = stays_open.then_some(self.file);
        Ok(Complete {
            part: self.part,
            file,
        })
    }
}

/// A part file that has all its bytes, to be made durable and moved to its place. Dropping it removes it.
#[derive(Debug)]
pub struct Complete {
    part: Part,
    file: Option<File>,
}

impl Complete {
    /// Makes this one file's data durable.
    pub(super) fn sync(&self) -> Result<()> {
        let synced = match &self.file {
            Some(file) => file.sync(),
            None => self.part.folder.sync_file(&self.part.beside),
        };
        synced.map_err(|error| {
            Error::disk(
                format_args!("cannot make `{}` durable", self.shown()),
                &error,
            )
        })
    }

    /// Moves the file to its name. Without `replace`, a file that has come to be there in the meantime stays.
    pub(super) fn place(&mut self, replace: bool) -> Result<()> {
        if let Some(file) = self.file.as_ref().filter(|_| !self.part.is_named) {
            let Part {
                folder,
                beside,
                name,
                ..
            } = &self.part;
            match folder.name(file.descriptor(), name) {
                // What is there is replaced in one step, and for that this one needs a name too.
                Err(error) if replace && error.kind() == io::ErrorKind::AlreadyExists => {
                    let named = folder.name(file.descriptor(), OsStr::new(beside));
                    named.map_err(|error| cannot_write(folder, name, &error))?;
                    self.part.is_named = true;
                }
                named => return named.map_err(|error| cannot_write(folder, name, &error)),
            }
        }
        let (folder, part) = (self.part.folder.descriptor(), &self.part.beside);
        let flags = if replace {
            RenameFlags::empty()
        } else {
            RenameFlags::NOREPLACE
        };
        let moved = match fs::renameat_with(folder, part.as_str(), folder, &self.part.name, flags) {
            // A file system without RENAME_NOREPLACE (rename(2)): the check that came before has to do.
            Err(Errno::INVAL) if !replace => {
                fs::renameat(folder, part.as_str(), folder, &self.part.name)
            }
            moved => moved,
        };
        moved.map_err(|errno| {
            Error::disk(
                format_args!("cannot write `{}`", self.shown()),
                &errno.into(),
            )
        })?;
        self.part.is_named = false;
        Ok(())
    }

    /// The folder that the file is in.
    pub(super) fn folder(&self) -> &Root {
        &self.part.folder
    }

    fn shown(&self) -> String {
        shown(&self.part.folder, &self.part.name)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.is_named && !self.is_kept {
            self.folder.remove(&self.beside);
        }
    }
}

fn cannot_write(folder: &Root, name: &OsStr, error: &io::Error) -> Error {
    Error::disk(
        format_args!("cannot write `{}`", shown(folder, name)),
        error,
    )
}

/// The inode, and its time of birth where the file system keeps one: a number that has become free is given out again.
fn identity_of(file: impl AsFd) -> io::Result<String> {
    let wanted = StatxFlags::INO | StatxFlags::BTIME;
    let found = fs::statx(file, c"", AtFlags::EMPTY_PATH, wanted)?;
    let birth = found.stx_btime;
    Ok(format!(
        "{:x}.{:x}.{:x}",
        found.stx_ino, birth.tv_sec, birth.tv_nsec
    ))
}

fn shown(folder: &Root, name: &OsStr) -> String {
    super::root::shown(&folder.path().join(name))
}

/// A name that nobody can guess or hold already: 128 random bits.
fn fresh_name() -> io::Result<String> {
    let mut bits = [0_u8; 16];
    getrandom(&mut bits, GetRandomFlags::empty())?;
    let mut name = String::from(".azring-");
    for byte in bits {
        let _infallible = write!(name, "{byte:02x}");
    }
    name.push_str(".part");
    Ok(name)
}
