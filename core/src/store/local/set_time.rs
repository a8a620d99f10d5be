//! Sets the modification time of a file that is below a folder, and what else is kept beside its bytes.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use azring_transport as transport;
use azring_transport::disk::FileStamp;
use rustix::fs::{
    self, AtFlags, FileType, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid,
};
use rustix::io::Errno;

use super::remover::{is_listed_version, open_beneath};
use crate::entry::Entry;
use crate::{Error, Result};

/// Gives the file the time of the entry, as which it was listed except for the time, and the owner and the
/// permissions of the stamp.
///
/// Returns false for a symbolic link, which has a time of its own. Fails with [`Error::TargetChanged`] when
/// the file is not the version that was listed.
pub(super) fn set_time(root: &Path, path: &Path, entry: &Entry, stamp: &FileStamp) -> Result<bool> {
    let failed = |errno: Errno| {
        let doing = format_args!("cannot set the time of `{}`", entry.name);
        Error::from(transport::Error::disk(doing, &errno.into()))
    };
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(false);
    };
    let folder = open_beneath(root, above).map_err(failed)?;
    let found = fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
    if FileType::from_raw_mode(found.st_mode) == FileType::Symlink {
        return Ok(false);
    }
    if !is_listed_version(&folder, name, entry) {
        return Err(Error::TargetChanged(format!(
            "`{}` was changed since it was listed, and keeps its time",
            entry.name
        )));
    }
    let (owner, group) = (
        stamp.owner.map(Uid::from_raw),
        stamp.group.map(Gid::from_raw),
    );
    let flags = AtFlags::SYMLINK_NOFOLLOW;
    if owner.is_some() || group.is_some() {
        fs::chownat(&folder, name, owner, group, flags).map_err(failed)?;
    }
    if let Some(mode) = stamp.mode {
        let open = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = fs::openat(&folder, name, open, Mode::empty()).map_err(failed)?;
        fs::fchmod(file, Mode::from_raw_mode(mode)).map_err(failed)?;
    }
    let times = Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: timespec(entry.modified),
    };
    fs::utimensat(&folder, name, &times, flags).map_err(failed)?;
    Ok(true)
}

/// Whether the file has another owner, another group or other permissions than the stamp.
pub(super) fn has_other_properties(root: &Path, path: &Path, stamp: &FileStamp) -> Result<bool> {
    if (stamp.owner, stamp.group, stamp.mode) == (None, None, None) {
        return Ok(false);
    }
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Ok(false);
    };
    let looked = open_beneath(root, above)
        .and_then(|folder| fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW));
    let found = looked.map_err(|errno| {
        let path = root.join(path);
        let doing = format_args!("cannot examine `{}`", path.display());
        Error::from(transport::Error::disk(doing, &errno.into()))
    })?;
    let is_link = FileType::from_raw_mode(found.st_mode) == FileType::Symlink;
    let is_like = stamp.owner.is_none_or(|owner| owner == found.st_uid)
        && stamp.group.is_none_or(|group| group == found.st_gid)
        && stamp.mode.is_none_or(|mode| mode == found.st_mode & 0o7777);
    Ok(!is_link && !is_like)
}

fn timespec(time: SystemTime) -> Timespec {
    const SECOND_NS: i64 = 1_000_000_000;
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Timespec {
            tv_sec: since.as_secs() as i64,
            tv_nsec: since.subsec_nanos().into(),
        },
        Err(before) => {
            let before = before.duration();
            let nanoseconds = i64::from(before.subsec_nanos());
            let (borrowed, rest) = match nanoseconds {
                0 => (0, 0),
                nanoseconds => (1, SECOND_NS - nanoseconds),
            };
            Timespec {
                tv_sec: -(before.as_secs() as i64) - borrowed,
                tv_nsec: rest,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, symlink};
    use std::time::Duration;

    use super::*;
    use crate::entry::{EntryName, Layout, Version};

    fn listed(path: &Path) -> Entry {
        let facts = fs::metadata(path).unwrap();
        let modified_ns =
            i128::from(facts.mtime()) * 1_000_000_000 + i128::from(facts.mtime_nsec());
        Entry {
            name: EntryName::from("d/f"),
            bytes: facts.len(),
            modified: facts.modified().unwrap(),
            version: Version::Local {
                modified_ns,
                inode: facts.ino(),
            },
            md5: None,
            kind: Layout::Plain,
            carried: None,
            snapshot: None,
            smb: None,
            archive: None,
        }
    }

    #[test]
    fn a_listed_file_gets_its_time_and_a_changed_one_or_a_link_keeps_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("d")).unwrap();
        let path = root.join("d/f");
        fs::write(&path, "abc").unwrap();
        for time in [
            UNIX_EPOCH + Duration::new(1_554_917_421, 123_456_789),
            UNIX_EPOCH - Duration::from_millis(1_500),
        ] {
            let entry = Entry {
                modified: time,
                ..listed(&path)
            };
            assert!(set_time(root, Path::new("d/f"), &entry, &FileStamp::default()).unwrap());
            assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), time);
        }
        let before = listed(&path);
        fs::write(&path, "abcd").unwrap();
        let refused = set_time(root, Path::new("d/f"), &before, &FileStamp::default());
        assert!(
            matches!(refused, Err(Error::TargetChanged(_))),
            "{refused:?}"
        );
        symlink("f", root.join("d/l")).unwrap();
        let entry = listed(&root.join("d/l"));
        assert!(!set_time(root, Path::new("d/l"), &entry, &FileStamp::default()).unwrap());
    }
}
