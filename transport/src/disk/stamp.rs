//! Owner, permissions and times of a file or a folder, as they are set by its descriptor.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{self, AtFlags, Gid, Mode, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, Uid};

use super::file::timespec;

/// What a file gets once it has all its bytes. What is `None` stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FileStamp {
    /// The user, by number.
    pub owner: Option<u32>,
    /// The group, by number.
    pub group: Option<u32>,
    /// The permissions, the special bits among them.
    pub mode: Option<u32>,
    /// The access time; with a modification time alone it becomes now.
    pub accessed: Option<SystemTime>,
    /// The modification time.
    pub modified: Option<SystemTime>,
}

impl FileStamp {
    /// The modification time alone.
    pub fn of_time(modified: Option<SystemTime>) -> Self {
        Self {
            modified,
            ..Self::default()
        }
    }

    /// Sets it: first the owner, because a new owner clears special bits (chown(2)), and last the times.
    pub(super) fn apply(&self, file: impl AsFd) -> io::Result<()> {
        let (owner, group) = self.owner();
        if owner.is_some() || group.is_some() {
            fs::fchown(&file, owner, group)?;
        }
        if let Some(mode) = self.mode {
            fs::fchmod(&file, Mode::from_raw_mode(mode))?;
        }
        if let Some(times) = self.times() {
            fs::futimens(&file, &times)?;
        }
        Ok(())
    }

    /// Sets the owner and the times of a symbolic link, which has no permissions.
    pub(super) fn apply_to_link(&self, folder: impl AsFd, name: &Path) -> io::Result<()> {
        let (owner, group) = self.owner();
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        if owner.is_some() || group.is_some() {
            fs::chownat(&folder, name, owner, group, flags)?;
        }
        if let Some(times) = self.times() {
            fs::utimensat(&folder, name, &times, flags)?;
        }
        Ok(())
    }

    /// Whether the owner cannot open the file again to read it.
    pub(super) fn closes_to_owner(&self) -> bool {
        const OWNER_READS: u32 = 0o400;
        self.mode.is_some_and(|mode| mode & OWNER_READS == 0)
    }

    fn owner(&self) -> (Option<Uid>, Option<Gid>) {
        (self.owner.map(Uid::from_raw), self.group.map(Gid::from_raw))
    }

    fn times(&self) -> Option<Timestamps> {
        let special = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
        match (self.accessed, self.modified) {
            (None, None) => None,
            (accessed, modified) => Some(Timestamps {
                last_access: accessed.map_or(special(UTIME_NOW), timespec),
                last_modification: modified.map_or(special(UTIME_OMIT), timespec),
            }),
        }
    }
}
