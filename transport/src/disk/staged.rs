//! A file that is written beside its place and moved there when it is complete. Nobody sees half of
//! it under its name.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{self, AtFlags, StatxFlags};
use rustix::io::Errno;

use super::file::{Allocation, Caching, File};
use super::name_folding::PlaceError;
use super::own_name;
use super::rename::{self, Replace, is_taken};
use super::root::Root;
use super::stamp::FileStamp;
use crate::{Error, Result};

/// Files up to this size are closed when they are complete and opened again to be made durable. So
/// thousands of them can wait for the next batch without a descriptor each.
const CLOSE_BYTES_MAX: u64 = 1 << 20;

/// A file under a name of azring's own (`.azring-….part`) in its final folder, or without a name.
/// Dropping it removes it, unless it is to be kept.
#[derive(Debug)]
pub struct StagedFile {
    part: PartFile,
    file: File,
}

/// The name on the disk. Dropping it removes the file, unless it has no name, was moved to its
/// place, or is kept.
#[derive(Debug)]
struct PartFile {
    folder: Root,
    beside: String,
    name: OsString,
    is_named: bool,
    is_kept: bool,
}

impl StagedFile {
    /// Makes the part file of `name` in `folder`, which will be `bytes` long.
    pub fn create(
        folder: &Root,
        name: &OsStr,
        bytes: u64,
        room: Allocation,
        caching: Caching,
    ) -> Result<Self> {
        let beside = own_name::fresh().map_err(|error| cannot_write(folder, name, &error))?;
        let descriptor = folder
            .create_new(&beside)
            .map_err(|error| cannot_write(folder, name, &error))?;
        Self::of(folder, name, beside, descriptor, bytes, room, caching)
    }

    /// The same under the part name `beside`, by which it can be found again. A file that an
    /// earlier run left under it is removed.
    pub fn create_as(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        bytes: u64,
        room: Allocation,
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

    /// The same without a name until it is complete, on a file system in memory that allows it. It
    /// cannot be found again. Making such a file and naming it later costs less there than a
    /// rename, and a killed run leaves nothing.
    pub fn unnamed(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        bytes: u64,
        room: Allocation,
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

    /// Opens the part file `beside` again, which an earlier run kept. It must be the file with this
    /// [`identity`](Self::identity): an ordinary file of this user with no other name. Its bytes
    /// stay as they are.
    pub fn reopen(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        identity: &str,
        bytes: u64,
        room: Allocation,
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

    /// Opens the part file `beside`, which other machines write too, or makes it. It is kept. Its bytes go through the
    /// page cache: around it the last ones would make the file longer for a while.
    pub fn join(
        folder: &Root,
        name: &OsStr,
        beside: &str,
        bytes: u64,
        room: Allocation,
    ) -> Result<Self> {
        let failed = |error: io::Error| cannot_write(folder, name, &error);
        let descriptor = loop {
            if let Some(found) = folder.open_own(Path::new(beside)).map_err(failed)? {
                break found;
            }
            match folder.create_new(beside) {
                Ok(made) => break made,
                // Another machine made it just now. A file that is not ours is one that cannot be opened.
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && folder
                            .open_own(Path::new(beside))
                            .is_ok_and(|own| own.is_some()) => {}
                Err(error) => return Err(failed(error)),
            }
        };
        let beside = beside.to_owned();
        let caching = Caching::Cached;
        let mut staged = Self::of(folder, name, beside, descriptor, bytes, room, caching)?;
        staged.part.is_kept = true;
        Ok(staged)
    }

    fn of(
        folder: &Root,
        name: &OsStr,
        beside: String,
        descriptor: OwnedFd,
        bytes: u64,
        room: Allocation,
        caching: Caching,
    ) -> Result<Self> {
        let part = PartFile {
            folder: folder.clone(),
            beside,
            name: name.to_owned(),
            is_named: true,
            is_kept: false,
        };
        let file = File::to_write(descriptor, bytes, room, folder.caching(caching))
            .map_err(|error| cannot_write(folder, name, &error))?;
        Ok(Self { part, file })
    }

    /// Identifies this file among others, also of the same name: inode and time of birth.
    pub fn identity(&self) -> Result<String> {
        identity_of(self.file.descriptor())
            .map_err(|error| cannot_write(&self.part.folder, &self.part.name, &error))
    }

    /// From now on dropping it leaves the file for a later run.
    pub fn keep(&mut self) {
        self.part.is_kept = true;
    }

    /// Removes it, kept or not.
    pub fn discard(mut self) {
        self.part.is_kept = false;
    }

    /// Whether the file called `name` in `folder` had this [`identity`](Self::identity) as a part
    /// file.
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

    /// Sets its modification time, which the last write has changed.
    pub fn set_modified(&self, modified: Option<SystemTime>) -> Result<()> {
        let stamp = FileStamp::of_time(modified);
        stamp
            .apply(self.file.descriptor())
            .map_err(|error| cannot_write(&self.part.folder, &self.part.name, &error))
    }

    /// Ends the writing. The file gets its exact length and, if one is given, its modification
    /// time.
    pub fn complete(self, bytes: u64, modified: Option<SystemTime>) -> Result<CompleteFile> {
        self.complete_with(bytes, &FileStamp::of_time(modified))
    }

    /// The same with owner, permissions and times. They are set by the descriptor, before the file
    /// gets its name.
    pub fn complete_with(mut self, bytes: u64, stamp: &FileStamp) -> Result<CompleteFile> {
        self.part.is_kept = false;
        let failed = |error: io::Error| cannot_write(&self.part.folder, &self.part.name, &error);
        if self.file.is_direct() {
            self.file.cut(bytes).map_err(failed)?;
        }
        stamp.apply(self.file.descriptor()).map_err(failed)?;
        let stays_open = bytes > CLOSE_BYTES_MAX || !self.part.is_named || stamp.closes_to_owner();
        let file = stays_open.then_some(self.file);
        Ok(CompleteFile {
            part: self.part,
            file,
            is_link: false,
        })
    }
}

/// A part file that has all its bytes. It becomes durable and is moved to its place. Dropping it
/// removes it.
#[derive(Debug)]
pub struct CompleteFile {
    part: PartFile,
    file: Option<File>,
    is_link: bool,
}

impl CompleteFile {
    /// Makes a symbolic link with this target, which gets the name `name` in `folder` like a file
    /// (symlinkat(2)). Nothing checks where the target leads. A link that an earlier run left under
    /// the part name `beside` is removed; `None` for a name of its own.
    pub fn link(
        folder: &Root,
        name: &OsStr,
        beside: Option<String>,
        target: &OsStr,
        stamp: &FileStamp,
    ) -> Result<Self> {
        let failed = |error: io::Error| cannot_write(folder, name, &error);
        let beside = beside.map_or_else(own_name::fresh, Ok).map_err(failed)?;
        let at = folder.descriptor();
        let create = || fs::symlinkat(target, at, &*beside);
        let created = match create() {
            Err(Errno::EXIST) => {
                folder.remove(&beside);
                create()
            }
            created => created,
        };
        created.map_err(|errno| failed(errno.into()))?;
        let complete = Self {
            part: PartFile {
                folder: folder.clone(),
                beside,
                name: name.to_owned(),
                is_named: true,
                is_kept: false,
            },
            file: None,
            is_link: true,
        };
        let beside = Path::new(&*complete.part.beside);
        stamp.apply_to_link(at, beside).map_err(failed)?;
        Ok(complete)
    }

    /// Makes this one file's data durable. A link has none: its folder is made durable.
    pub(super) fn sync(&self) -> Result<()> {
        let synced = match &self.file {
            None if self.is_link => Ok(()),
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

    /// Moves the file to its name, as `replace` allows. Another file there stays, and this is an
    /// error.
    pub(super) fn place(&mut self, replace: Replace) -> Result<()> {
        let placed = self.try_place(replace);
        if placed.is_ok() {
            self.part.is_named = false;
        }
        let PartFile { folder, name, .. } = &self.part;
        placed.map_err(|refusal| match refusal {
            PlaceError::Folded(other) => folded(folder, name, &other),
            PlaceError::Failed(error) if is_taken(&error) => cannot_write(
                folder,
                name,
                &io::Error::other(
                    "another file has appeared there since the folder was examined; it stays as it is",
                ),
            ),
            PlaceError::Failed(error) => cannot_write(folder, name, &error),
        })
    }

    fn try_place(&mut self, replace: Replace) -> Result<(), PlaceError> {
        let PartFile {
            folder,
            beside,
            name,
            is_named,
            ..
        } = &mut self.part;
        let folding = folder.names().filter(|names| names.folds);
        if let Some(file) = self.file.as_ref().filter(|_| !*is_named) {
            let named = match folding {
                Some(_) => Err(Errno::EXIST.into()),
                None => folder.name(file.descriptor(), name),
            };
            match named {
                // The file needs a name too, to be compared with the other one or to replace it in
                // one step.
                Err(error) if is_taken(&error) => {
                    folder.name(file.descriptor(), OsStr::new(&*beside))?;
                    *is_named = true;
                }
                named => return Ok(named?),
            }
        }
        match folding {
            Some(names) => names.taken.place(folder, beside, name, replace)?,
            None => rename::place(folder, beside, name, replace)?,
        };
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

impl Drop for PartFile {
    fn drop(&mut self) {
        if self.is_named && !self.is_kept {
            self.folder.remove(&self.beside);
        }
    }
}

/// The error of a name that the folder treats as that of another file.
pub(super) fn folded(folder: &Root, name: &OsStr, other: &Path) -> Error {
    let message = format!(
        "this folder treats its name as that of `{}`, which exists: rename one of the two, or copy them to different folders",
        super::root::shown(other)
    );
    cannot_write(folder, name, &io::Error::other(message))
}

fn cannot_write(folder: &Root, name: &OsStr, error: &io::Error) -> Error {
    Error::disk(
        format_args!("cannot write `{}`", shown(folder, name)),
        error,
    )
}

/// The inode, and its time of birth where the file system keeps one. Inode numbers are used again.
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
