//! The POSIX properties of files and folders: read at a source, restored at a target.

use std::ffi::CStr;
use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use azring_transport::disk::FileStamp;
use rustix::fs::{self, AtFlags, StatxFlags, StatxTimestamp};
use rustix::process::{getegid, geteuid};

use crate::entry::{Entry, Layout, PosixProperties};
use crate::options::{PosixForm, PosixOptions};

/// Adds the properties of a name in an open folder to its entry, in this form. A link's are its own.
pub(super) fn add(
    form: Option<PosixForm>,
    folder: impl AsFd,
    name: &CStr,
    entry: &mut Entry,
) -> io::Result<()> {
    let Some(form) = form else { return Ok(()) };
    let flags = if entry.kind == Layout::Link {
        AtFlags::SYMLINK_NOFOLLOW
    } else {
        AtFlags::empty()
    };
    let found = read(folder, name, flags)?;
    let carried = entry.carried.get_or_insert_default();
    carried.metadata.extend(found.metadata(form));
    Ok(())
}

fn read(folder: impl AsFd, name: &CStr, flags: AtFlags) -> io::Result<PosixProperties> {
    let wanted = StatxFlags::BASIC_STATS | StatxFlags::BTIME;
    let found = fs::statx(folder, name, flags, wanted)?;
    let has_birth = found.stx_mask & StatxFlags::BTIME.bits() != 0;
    Ok(PosixProperties {
        mode: Some(found.stx_mode.into()),
        owner: Some(found.stx_uid),
        group: Some(found.stx_gid),
        modified: time_of(found.stx_mtime),
        accessed: time_of(found.stx_atime),
        changed: time_of(found.stx_ctime),
        created: time_of(found.stx_btime).filter(|_| has_birth),
    })
}

fn time_of(time: StatxTimestamp) -> Option<SystemTime> {
    let seconds = Duration::from_secs(time.tv_sec.unsigned_abs());
    let whole = if time.tv_sec < 0 {
        SystemTime::UNIX_EPOCH.checked_sub(seconds)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(seconds)
    };
    whole?.checked_add(Duration::from_nanos(time.tv_nsec.into()))
}

/// Restores properties at a target, and remembers what could not be restored.
#[derive(Debug)]
pub(super) struct Restoration {
    options: PosixOptions,
    /// Only the superuser gives files to other users.
    gives_owners: bool,
    lacks_owner: AtomicBool,
    drops_bits: AtomicBool,
    noted_owner: AtomicBool,
    noted_bits: AtomicBool,
}

impl Restoration {
    pub(super) fn new(options: PosixOptions) -> Self {
        Self {
            options,
            gives_owners: geteuid().is_root(),
            lacks_owner: AtomicBool::new(false),
            drops_bits: AtomicBool::new(false),
            noted_owner: AtomicBool::new(false),
            noted_bits: AtomicBool::new(false),
        }
    }

    /// What the file or folder of this entry gets. `modified` is the time that it gets where none is stored.
    pub(super) fn stamp(&self, entry: &Entry, modified: Option<SystemTime>) -> FileStamp {
        let carried = entry.carried.as_deref();
        let Some(carried) = carried.filter(|_| self.options.form.is_some()) else {
            return FileStamp::of_time(modified);
        };
        let found = PosixProperties::of(carried);
        let (mode, drops) = found.permissions(self.options.keeps_special_bits);
        if drops {
            self.drops_bits.store(true, Ordering::Relaxed);
        }
        let (owner, group) = if self.gives_owners {
            (found.owner, found.group)
        } else {
            let is_other = found.owner.is_some_and(|owner| owner != geteuid().as_raw())
                || found.group.is_some_and(|group| group != getegid().as_raw());
            if is_other {
                self.lacks_owner.store(true, Ordering::Relaxed);
            }
            (None, None)
        };
        FileStamp {
            owner,
            group,
            mode,
            accessed: found.accessed,
            modified: found.modified.or(modified),
        }
    }

    /// What was not restored, each thing once.
    pub(super) fn notices(&self) -> Vec<String> {
        let is_new = |happened: &AtomicBool, noted: &AtomicBool| {
            happened.load(Ordering::Relaxed) && !noted.swap(true, Ordering::Relaxed)
        };
        let mut notices = Vec::new();
        if is_new(&self.lacks_owner, &self.noted_owner) {
            notices.push(
                "files belong to the user who runs azring: only the superuser restores other owners and groups"
                    .to_owned(),
            );
        }
        if is_new(&self.drops_bits, &self.noted_bits) {
            notices.push(
                "the set-user-ID, set-group-ID and sticky bits of files are left out: `--keep-special-bits` restores \
                 them"
                    .to_owned(),
            );
        }
        notices
    }
}
