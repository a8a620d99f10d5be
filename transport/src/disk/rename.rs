//! Gives a complete file its final name and replaces nothing but what it may replace.
//!
//! [`CompleteFile`](super::CompleteFile) calls it once the file is durable. In a folder that folds
//! names, [`TakenNames`](super::TakenNames) decides first.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;

use rustix::fs::{self, AtFlags, Mode, OFlags, RenameFlags, ResolveFlags};
use rustix::io::Errno;

use super::root::{FileStat, Root};

/// What a file may replace under its final name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Nothing: the name is created exclusively.
    Nothing,
    /// This file, which was found under the name, and no other.
    Seen {
        /// Its inode number.
        inode: u64,
        /// When it was last modified, nanoseconds since 1970.
        modified_ns: i128,
    },
    /// Any file.
    Anything,
}

/// How a file got its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    /// It was moved there.
    Moved,
    /// A file with the same bytes was there already and stays.
    SameContent,
}

/// Moves `part` to `name` in the folder, as [`Replace`] allows. The error is `AlreadyExists` when
/// there is another file.
pub(super) fn place(
    folder: &Root,
    part: &str,
    name: &OsStr,
    replace: Replace,
) -> io::Result<Placement> {
    let placed = match replace {
        Replace::Nothing => place_new(folder, part, name),
        Replace::Seen { inode, modified_ns } => {
            place_over_seen(folder, part, name, (inode, modified_ns))
        }
        Replace::Anything => return place_over(folder, part, name),
    };
    // An earlier run may have put it there in its last moments.
    placed.or_else(|error| {
        if is_taken(&error) && is_same_content(folder, OsStr::new(part), name) {
            folder.remove(part);
            return Ok(Placement::SameContent);
        }
        Err(error)
    })
}

/// Whether the error says that the name is taken.
pub(super) fn is_taken(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AlreadyExists
}

/// Moves it there if nothing is there (`RENAME_NOREPLACE`, rename(2)). A file system without that
/// gives the file a second name, which is as exclusive. A file system without second names is
/// looked at first.
pub(super) fn place_new(folder: &Root, part: &str, name: &OsStr) -> io::Result<Placement> {
    let at = folder.descriptor();
    match fs::renameat_with(at, part, at, name, RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
        moved => return Ok(moved.map(|()| Placement::Moved)?),
    }
    match fs::linkat(at, part, at, name, AtFlags::empty()) {
        Ok(()) => {
            folder.remove(part);
            return Ok(Placement::Moved);
        }
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::MLINK) => {}
        Err(errno) => return Err(errno.into()),
    }
    folder.note_no_exclusive_create();
    if stat_of(folder, name)?.is_some() {
        return Err(Errno::EXIST.into());
    }
    place_over(folder, part, name)
}

/// Moves it there and replaces what is there.
fn place_over(folder: &Root, part: &str, name: &OsStr) -> io::Result<Placement> {
    fs::renameat(folder.descriptor(), part, folder.descriptor(), name)?;
    Ok(Placement::Moved)
}

/// Exchanges the two files (`RENAME_EXCHANGE`) and looks at the one that came out. If it is not the
/// file that was seen, the files are exchanged back. So a file that appeared meanwhile is not lost.
fn place_over_seen(
    folder: &Root,
    part: &str,
    name: &OsStr,
    seen: (u64, i128),
) -> io::Result<Placement> {
    let at = folder.descriptor();
    let exchange = || fs::renameat_with(at, part, at, name, RenameFlags::EXCHANGE);
    let is_seen =
        |stat: Option<FileStat>| stat.is_some_and(|stat| (stat.inode, stat.modified_ns) == seen);
    match exchange() {
        Ok(()) => {
            if is_seen(stat_of(folder, OsStr::new(part))?) {
                folder.remove(part);
                return Ok(Placement::Moved);
            }
            exchange()?;
            Err(Errno::EXIST.into())
        }
        // The file has gone meanwhile.
        Err(Errno::NOENT) => place_new(folder, part, name),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {
            folder.note_no_exclusive_create();
            match stat_of(folder, name)? {
                None => place_new(folder, part, name),
                found if is_seen(found) => place_over(folder, part, name),
                Some(_) => Err(Errno::EXIST.into()),
            }
        }
        Err(errno) => Err(errno.into()),
    }
}

/// The file called `name` in the folder; a link is not followed.
pub(super) fn stat_of(folder: &Root, name: &OsStr) -> io::Result<Option<FileStat>> {
    match fs::statat(folder.descriptor(), name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(FileStat::of(&stat))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

/// Whether both are ordinary files with the same bytes, or links with the same target. A file that
/// cannot be read is different.
pub(super) fn is_same_content(folder: &Root, one: &OsStr, other: &OsStr) -> bool {
    let link = |name: &OsStr| fs::readlinkat(folder.descriptor(), name, Vec::new());
    if let Ok(target) = link(one) {
        return link(other).is_ok_and(|other| other == target);
    }
    let compare = || -> io::Result<bool> {
        let (one, other) = (open(folder, one)?, open(folder, other)?);
        let (stat, others) = (FileStat::of_open(&one)?, FileStat::of_open(&other)?);
        if !stat.is_file || !others.is_file || stat.bytes != others.bytes {
            return Ok(false);
        }
        let (mut left, mut right) = (vec![0; COMPARED_BYTES], vec![0; COMPARED_BYTES]);
        let mut at = 0;
        loop {
            let (got, others) = (
                read_full(&one, &mut left, at)?,
                read_full(&other, &mut right, at)?,
            );
            if left[..got] != right[..others] {
                return Ok(false);
            }
            if got < COMPARED_BYTES {
                return Ok(at + got as u64 == stat.bytes);
            }
            at += got as u64;
        }
    };
    compare().unwrap_or(false)
}

/// How much is read at once when two files are compared, in bytes.
const COMPARED_BYTES: usize = 128 * 1024;

fn open(folder: &Root, name: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    Ok(fs::openat2(
        folder.descriptor(),
        name,
        flags,
        Mode::empty(),
        beneath,
    )?)
}

fn read_full(file: &OwnedFd, room: &mut [u8], at: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < room.len() {
        match rustix::io::pread(file, &mut room[got..], at + got as u64) {
            Ok(0) => break,
            Ok(count) => got += count,
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(got)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &str)]) -> (tempfile::TempDir, Root) {
        let place = tempfile::tempdir_in(".").unwrap();
        for (name, text) in files {
            std::fs::write(place.path().join(name), text).unwrap();
        }
        let folder = Root::open(place.path()).unwrap();
        (place, folder)
    }

    fn seen(folder: &Root, name: &str) -> Replace {
        let stat = stat_of(folder, OsStr::new(name)).unwrap().unwrap();
        let (inode, modified_ns) = (stat.inode, stat.modified_ns);
        Replace::Seen { inode, modified_ns }
    }

    #[test]
    fn a_name_that_is_taken_stays_and_the_same_bytes_are_no_conflict() {
        let (place, folder) = folder_with(&[("part", "new"), ("name", "old"), ("same", "new")]);
        let name = OsStr::new("name");
        let error = super::place(&folder, "part", name, Replace::Nothing).unwrap_err();
        assert!(is_taken(&error), "{error}");
        let text = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
        assert_eq!((text("name"), text("part")), ("old".into(), "new".into()));
        let same = super::place(&folder, "part", OsStr::new("same"), Replace::Nothing);
        assert_eq!(same.unwrap(), Placement::SameContent);
        assert!(!place.path().join("part").exists());
    }

    #[test]
    fn a_link_replaces_what_was_seen_and_the_same_link_is_no_conflict() {
        let (place, folder) = folder_with(&[("name", "old")]);
        let linked = |name: &str| std::fs::read_link(place.path().join(name)).unwrap();
        let make = |target: &str| {
            let (name, target) = (OsStr::new("name"), OsStr::new(target));
            let stamp = super::super::FileStamp::default();
            super::super::CompleteFile::link(&folder, name, None, target, &stamp).unwrap()
        };
        assert!(make("there").place(Replace::Nothing).is_err());
        make("there").place(seen(&folder, "name")).unwrap();
        assert_eq!(linked("name"), std::path::Path::new("there"));
        make("there").place(Replace::Nothing).unwrap();
        assert!(make("elsewhere").place(Replace::Nothing).is_err());
        make("elsewhere").place(Replace::Anything).unwrap();
        assert_eq!(linked("name"), std::path::Path::new("elsewhere"));
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_same_bytes_in_the_place_of_the_file_that_was_seen_are_no_conflict() {
        let (place, folder) = folder_with(&[("part", "new"), ("name", "old"), ("other", "new")]);
        let replace = seen(&folder, "name");
        // An earlier run put the file there.
        std::fs::rename(place.path().join("other"), place.path().join("name")).unwrap();
        let placed = super::place(&folder, "part", OsStr::new("name"), replace);
        assert_eq!(placed.unwrap(), Placement::SameContent);
        assert!(!place.path().join("part").exists());
    }

    #[test]
    fn only_the_file_that_was_seen_is_replaced() {
        let (place, folder) = folder_with(&[("part", "new"), ("name", "old"), ("gone", "x")]);
        let name = OsStr::new("name");
        let replace = seen(&folder, "name");
        std::fs::write(place.path().join("other"), "later").unwrap();
        std::fs::rename(place.path().join("other"), place.path().join("name")).unwrap();
        let error = super::place(&folder, "part", name, replace).unwrap_err();
        assert!(is_taken(&error), "{error}");
        let text = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
        assert_eq!((text("name"), text("part")), ("later".into(), "new".into()));

        let replace = seen(&folder, "name");
        super::place(&folder, "part", name, replace).unwrap();
        assert_eq!(text("name"), "new");
        assert!(!place.path().join("part").exists());

        let replace = seen(&folder, "gone");
        std::fs::rename(place.path().join("gone"), place.path().join("part")).unwrap();
        super::place(&folder, "part", OsStr::new("gone"), replace).unwrap();
        assert_eq!(text("gone"), "x");
    }
}
