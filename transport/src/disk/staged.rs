//! A file written beside its place and moved there when it is complete: nobody ever sees half of it under its name.

use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io;
use std::time::SystemTime;

use rustix::fs::{self, RenameFlags};
use rustix::io::Errno;
use rustix::rand::{GetRandomFlags, getrandom};

use super::file::{Caching, File, Room};
use super::root::Root;
use crate::{Error, Result};

/// Files up to this size are closed when they are complete and opened again to be made durable, so that thousands of
/// them can wait for the next batch without a descriptor each.
const CLOSE_BYTES_MAX: u64 = 1 << 20;

/// A file under a name of its own (`.azring-….part`), in the folder where it will stay. Dropping it removes it.
#[derive(Debug)]
pub struct Staged {
    part: Part,
    file: File,
}

/// The name on the disk; removed on drop unless it was moved to its place.
#[derive(Debug)]
struct Part {
    folder: Root,
    beside: String,
    name: OsString,
    is_placed: bool,
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
        let told = |error: io::Error| {
            Error::disk(
                format_args!("cannot write `{}`", shown(folder, name)),
                &error,
            )
        };
        let beside = fresh_name().map_err(told)?;
        let descriptor = folder.create_new(&beside).map_err(told)?;
        let part = Part {
            folder: folder.clone(),
            beside,
            name: name.to_owned(),
            is_placed: false,
        };
        let file = File::to_write(descriptor, bytes, room, caching).map_err(told)?;
        Ok(Self { part, file })
    }

    /// The file, to write to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Ends the writing: the file gets its exact length and, where one is given, its modification time.
    pub fn complete(self, bytes: u64, modified: Option<SystemTime>) -> Result<Complete> {
        let told = |error: io::Error| {
            Error::disk(
                format_args!(
                    "cannot write `{}`",
                    shown(&self.part.folder, &self.part.name)
                ),
                &error,
            )
        };
        if self.file.is_direct() {
            self.file.cut(bytes).map_err(told)?;
        }
        if let Some(modified) = modified {
            self.file.set_modified(modified).map_err(told)?;
        }
        let file = (bytes > CLOSE_BYTES_MAX).then_some(self.file);
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
        self.part.is_placed = true;
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
        if !self.is_placed {
            self.folder.remove(&self.beside);
        }
    }
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
