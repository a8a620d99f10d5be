//! The open folder from which the folders below are opened, while a folder is listed.
//!
//! Only the upper levels of a tree stay open, and a folder further down is opened again by its path.

use std::os::fd::OwnedFd;

use azring_transport::descriptor::retry_open_blocking;
use rustix::fs::{self, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

/// The levels of folders that stay open while what is below them is listed.
///
/// A folder further down is opened again by its path from the last of these, so that a deep tree takes
/// no more descriptors than a flat one.
const LEVELS_OPEN: usize = 4;

/// The folder that is being listed, and the open folder from which those below it are opened.
pub(super) struct Opened<'a> {
    own: Own<'a>,
    prefix: &'a [u8],
}

enum Own<'a> {
    /// It is itself the anchor.
    Anchor(Anchor),
    /// It is too deep: it is closed while the folders below it are listed, and opened again.
    Deep {
        anchor: &'a Anchor,
        folder: Option<OwnedFd>,
    },
}

impl<'a> Opened<'a> {
    pub(super) fn new(
        folder: OwnedFd,
        prefix: &'a [u8],
        above: Option<&'a Anchor>,
        follows_links: bool,
    ) -> Self {
        let own = match above {
            Some(anchor) if anchor.level >= LEVELS_OPEN => Own::Deep {
                anchor,
                folder: Some(folder),
            },
            above => Own::Anchor(Anchor {
                level: above.map_or(1, |above| above.level + 1),
                prefix_bytes: prefix.len(),
                follows_links,
                folder,
            }),
        };
        Self { own, prefix }
    }

    /// The folder itself, for inspecting its files.
    pub(super) fn folder(&mut self) -> rustix::io::Result<&OwnedFd> {
        match &mut self.own {
            Own::Anchor(anchor) => Ok(&anchor.folder),
            Own::Deep { anchor, folder } => Ok(match folder {
                Some(folder) => folder,
                None => folder.insert(patiently(|| anchor.open(self.prefix))?),
            }),
        }
    }

    /// The open folder from which the folders below it are opened.
    pub(super) fn anchor(&mut self) -> &Anchor {
        match &mut self.own {
            Own::Anchor(anchor) => anchor,
            Own::Deep { anchor, folder } => {
                *folder = None;
                anchor
            }
        }
    }
}

/// A folder that stays open, and the length of its name in bytes.
pub(super) struct Anchor {
    folder: OwnedFd,
    prefix_bytes: usize,
    level: usize,
    /// The folders below may be links.
    follows_links: bool,
}

/// The longest path that is given to the kernel at once, in bytes. `PATH_MAX` is 4096, and a part of a path has
/// at most 255 bytes.
const PATH_BYTES_MAX: usize = 3072;

impl Anchor {
    /// Opens the folder of this name below. No part of the name may be a link, unless links are followed.
    pub(super) fn open(&self, name: &[u8]) -> rustix::io::Result<OwnedFd> {
        let below = &name[self.prefix_bytes..];
        let mut rest = below.strip_prefix(b"/").unwrap_or(below);
        let mut opened = None;
        loop {
            let (piece, more) = split_path(rest);
            let from = opened.as_ref().unwrap_or(&self.folder);
            let folder = open_piece(from, piece, self.follows_links)?;
            match more {
                None => return Ok(folder),
                Some(more) => (opened, rest) = (Some(folder), more),
            }
        }
    }
}

/// Splits a path after as many parts as the kernel takes at once.
fn split_path(path: &[u8]) -> (&[u8], Option<&[u8]>) {
    if path.len() <= PATH_BYTES_MAX {
        return (path, None);
    }
    let is_slash = |byte: &u8| *byte == b'/';
    match path[..PATH_BYTES_MAX].iter().rposition(is_slash) {
        Some(slash) => (&path[..slash], Some(&path[slash + 1..])),
        None => (path, None),
    }
}

fn open_piece(from: &OwnedFd, path: &[u8], follows_links: bool) -> rustix::io::Result<OwnedFd> {
    if follows_links {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        return fs::openat(from, path, flags, Mode::empty());
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if !path.contains(&b'/') {
        return fs::openat(from, path, flags, Mode::empty());
    }
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    fs::openat2(from, path, flags, Mode::empty(), resolve)
}

pub(super) fn open_folder(path: &std::path::Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    patiently(|| fs::open(path, flags, Mode::empty()))
}

/// Opens a folder, and waits while there is no descriptor for it.
pub(super) fn patiently<T>(open: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    let is_shortage = |errno: &Errno| matches!(*errno, Errno::MFILE | Errno::NFILE);
    retry_open_blocking(is_shortage, open)
}

#[cfg(test)]
mod tests {
    use azring_transport::disk::FileStat;

    use super::*;

    #[test]
    fn a_folder_behind_a_path_too_long_for_the_kernel_is_opened() {
        let place = tempfile::tempdir().expect("a folder for temporary files");
        let open =
            |above: &OwnedFd, name: &str| open_piece(above, name.as_bytes(), false).expect("made");
        let part = "x".repeat(250);
        let mut last = open_folder(place.path()).expect("it is there");
        let mut name = b"above".to_vec();
        for _ in 0..20 {
            fs::mkdirat(&last, part.as_str(), Mode::from_raw_mode(0o700)).expect("it is ours");
            last = open(&last, &part);
            name = [&name, &b"/"[..], part.as_bytes()].concat();
        }
        let anchor = Anchor {
            folder: open_folder(place.path()).expect("it is there"),
            prefix_bytes: b"above".len(),
            level: LEVELS_OPEN,
            follows_links: false,
        };
        let found = FileStat::of_open(anchor.open(&name).expect("it is there")).unwrap();
        assert_eq!(found.inode, FileStat::of_open(last).unwrap().inode);
    }

    #[test]
    fn a_link_on_the_way_to_a_folder_is_not_followed() {
        let place = tempfile::tempdir().expect("a folder for temporary files");
        std::fs::create_dir_all(place.path().join("real/below")).unwrap();
        std::os::unix::fs::symlink("real", place.path().join("link")).unwrap();
        let anchor = Anchor {
            folder: open_folder(place.path()).expect("it is there"),
            prefix_bytes: 0,
            level: LEVELS_OPEN,
            follows_links: false,
        };
        assert!(anchor.open(b"real/below").is_ok());
        assert!(anchor.open(b"link/below").is_err());
        assert!(anchor.open(b"link").is_err());
    }
}
