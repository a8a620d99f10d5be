//! Lists a folder: files first, then the folders below, each sorted bytewise.
//!
//! The sorting is what makes a listing the same each time, so that it can be taken up again behind any name, even one that
//! is gone by then. Links to files are
//! followed, links to folders are not (they could lead in circles); pipes, sockets and devices are left out and never
//! opened. Reading folders blocks, so it happens in a thread of its own, a page ahead of whoever plans.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use azring_transport as transport;
use azring_transport::descriptor::retry_open_blocking;
use azring_transport::disk::{FileStat, is_own_name};
use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::attributes::Judge;
use crate::entry::{Entry, EntryName, Layout, Version};
use crate::select::{AttributeRule, Pattern};
use crate::store::{Page, Position};
use crate::{Error, Result};

/// Entries of one page.
const PAGE_ENTRIES: usize = 512;

/// What a listing needs to know; it runs in a thread of its own.
pub(super) struct Listing<'a> {
    /// The folder.
    pub(super) root: PathBuf,
    /// The files that are meant.
    pub(super) pattern: Pattern,
    /// What is asked of their attributes.
    pub(super) attributes: AttributeRule,
    /// Files that are none of the folder's: this program writes them.
    pub(super) own_files: &'a [PathBuf],
    /// Where to go on; the file it goes on behind need not be there any more.
    pub(super) from: Position,
    /// Where the pages go.
    pub(super) pages: Sender<Result<Page>>,
}

/// So many levels of folders stay open while what is below them is listed; a folder further down is opened again by its
/// path from the last of these, so that a deep tree takes no more descriptors than a flat one.
const LEVELS_OPEN: usize = 4;

/// The listener has gone: the run was called off.
struct Gone;

impl Listing<'_> {
    /// Lists everything, page by page; ends early when nobody listens any more.
    pub(super) fn run(self) {
        let mut walk = Walk {
            listing: &self,
            page: Page::default(),
            judge: Judge::new(self.attributes),
        };
        let _complete_or_gone = walk.start().and_then(|()| walk.flush());
    }
}

struct Walk<'a> {
    listing: &'a Listing<'a>,
    page: Page,
    judge: Judge,
}

/// What a folder holds, sorted.
#[derive(Default)]
struct Contents {
    files: Vec<CString>,
    folders: Vec<CString>,
    others: Vec<CString>,
    /// How many files are azring's own, under way or left by a run: they are no files of the folder.
    parts: usize,
}

impl Walk<'_> {
    /// Begins at the pattern's own folder, below which everything that matches lies.
    fn start(&mut self) -> Result<(), Gone> {
        let Position { folder, after, .. } = &self.listing.from;
        let above = self.listing.pattern.folder().as_bytes();
        let prefix = match folder {
            Some(folder) => folder.as_bytes().to_vec(),
            None => above.to_vec(),
        };
        let root = self.listing.root.join(OsStr::from_bytes(&prefix));
        match open_folder(&root) {
            Ok(folder) => {
                let after = after.as_ref().map(|(name, _)| name.as_bytes());
                let after = after.map(|name| name.strip_prefix(&*prefix).unwrap_or(name));
                let after = after.map(|name| name.strip_prefix(b"/").unwrap_or(name));
                self.folder(folder, &prefix, after, None)
            }
            // It could not be listed before: now it is still so, or there is nothing left of it.
            Err(Errno::NOENT | Errno::NOTDIR) if folder.is_some() => Ok(()),
            Err(errno) if folder.is_some() => {
                self.unlisted(&prefix, errno);
                Ok(())
            }
            Err(errno) if prefix.is_empty() => {
                let doing = format!("cannot open `{}`", root.display());
                self.send(Err(transport::Error::disk(doing, &errno.into()).into()))
            }
            Err(_) => {
                let text = format!("cannot find the path `{}`", root.display());
                self.send(Err(Error::NotFound(text)))
            }
        }
    }

    /// One folder: its files, then, in a recursive listing, its folders. `after` is the name below this folder to go on
    /// behind: a name with a slash is in a folder, so all files and the folders before that one are behind us.
    fn folder(
        &mut self,
        folder: OwnedFd,
        prefix: &[u8],
        after: Option<&[u8]>,
        above: Option<&Anchor>,
    ) -> Result<(), Gone> {
        let contents = match patiently(|| read_folder(&folder)) {
            Ok(contents) => contents,
            Err(errno) => {
                self.unlisted(prefix, errno);
                return Ok(());
            }
        };
        let after = After::read(after);
        if contents.parts > 0 {
            self.page.notices.push(format!(
                "{} file(s) in `{}` are what azring has under way or left there (`.azring-….part`) and are left out",
                contents.parts,
                EntryName::new(prefix)
            ));
        }
        for name in &contents.files {
            if after.admits_file(name.as_bytes()) {
                self.file(&folder, prefix, name)?;
            }
        }
        for name in &contents.others {
            if after.admits_file(name.as_bytes()) {
                self.left_out(&EntryName::new(joined(prefix, name.as_bytes())));
            }
        }
        if self.listing.pattern.is_flat() {
            return Ok(());
        }
        // From here on only the anchor is needed: this folder, or one above it.
        let own;
        let anchor = match above {
            Some(above) if above.level >= LEVELS_OPEN => {
                drop(folder);
                above
            }
            above => {
                own = Anchor {
                    level: above.map_or(1, |above| above.level + 1),
                    prefix_bytes: prefix.len(),
                    folder,
                };
                &own
            }
        };
        for name in &contents.folders {
            let below = match after {
                After::Below(done, _) if name.as_bytes() < done => continue,
                After::Below(half, rest) if name.as_bytes() == half => Some(rest),
                _ => None,
            };
            self.sub_folder(anchor, &joined(prefix, name.as_bytes()), below)?;
        }
        Ok(())
    }

    fn sub_folder(
        &mut self,
        anchor: &Anchor,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> Result<(), Gone> {
        match patiently(|| anchor.open(prefix)) {
            Ok(opened) => self.folder(opened, prefix, after, Some(anchor)),
            Err(errno) => {
                self.unlisted(prefix, errno);
                Ok(())
            }
        }
    }

    /// One name that may be a file; a link is judged by what it leads to.
    fn file(&mut self, folder: &OwnedFd, prefix: &[u8], name: &CStr) -> Result<(), Gone> {
        if !self.listing.pattern.matches_file(name.to_bytes()) {
            return Ok(());
        }
        let found = FileStat::at(folder, name);
        let full = EntryName::new(joined(prefix, name.to_bytes()));
        match found {
            Ok(facts) if facts.is_folder => Ok(()),
            Ok(facts) if self.is_own(name, &facts) => {
                let told = format!("`{full}` is written by this copy itself and is left out");
                self.page.notices.push(told);
                Ok(())
            }
            Ok(facts) if facts.is_file => {
                let notices = &mut self.page.notices;
                if self.judge.admits(folder, name, &facts, notices) {
                    self.entry(full, &facts)
                } else {
                    Ok(())
                }
            }
            Ok(_) => {
                self.left_out(&full);
                Ok(())
            }
            // A broken link, or a file that has just vanished: it is listed, and fails when it is opened.
            Err(_) => self.entry(full, &FileStat::default()),
        }
    }

    /// This program writes it. Looked at now, since a journal may be another file by then.
    fn is_own(&self, name: &CStr, facts: &FileStat) -> bool {
        let is_called = |own: &&PathBuf| {
            own.file_name()
                .is_some_and(|called| called.as_bytes() == name.to_bytes())
        };
        self.listing.own_files.iter().filter(is_called).any(|own| {
            FileStat::of_path(own)
                .is_ok_and(|own| (own.device, own.inode) == (facts.device, facts.inode))
        })
    }

    fn left_out(&mut self, name: &EntryName) {
        if self.listing.pattern.matches(name.as_bytes()) {
            self.page.notices.push(format!(
                "`{name}` is a pipe, a socket or a device and is left out"
            ));
        }
    }

    fn entry(&mut self, name: EntryName, facts: &FileStat) -> Result<(), Gone> {
        self.page.entries.push(entry_of(name, facts));
        if self.page.entries.len() >= PAGE_ENTRIES {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn unlisted(&mut self, prefix: &[u8], errno: Errno) {
        let what = EntryName::new(prefix);
        let error = transport::Error::disk(
            format_args!("cannot list the folder `{what}`"),
            &errno.into(),
        );
        self.page.unlisted.push((what, error.into()));
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let page = std::mem::take(&mut self.page);
        self.send(Ok(page))
    }

    fn send(&self, page: Result<Page>) -> Result<(), Gone> {
        self.listing.pages.blocking_send(page).map_err(|_| Gone)
    }
}

/// A file that is like this, as an entry.
pub(super) fn entry_of(name: EntryName, facts: &FileStat) -> Entry {
    let version = Version::Local {
        modified_ns: facts.modified_ns,
        inode: facts.inode,
    };
    Entry {
        name,
        bytes: facts.bytes,
        modified: facts.modified(),
        version,
        md5: None,
        kind: Layout::Plain,
        carried: None,
        snapshot: None,
    }
}

/// A folder that stays open, and how many bytes of a name lead to it.
struct Anchor {
    folder: OwnedFd,
    prefix_bytes: usize,
    level: usize,
}

/// The kernel takes no path longer than this at once (`PATH_MAX` is 4096), and a part of one is at most 255 bytes long.
const PATH_BYTES_MAX: usize = 3072;

impl Anchor {
    /// Opens the folder of this name, which is below. No part of the name may be a link.
    fn open(&self, name: &[u8]) -> rustix::io::Result<OwnedFd> {
        let below = &name[self.prefix_bytes..];
        let mut rest = below.strip_prefix(b"/").unwrap_or(below);
        let mut opened = None;
        loop {
            let (piece, more) = split_path(rest);
            let from = opened.as_ref().unwrap_or(&self.folder);
            let folder = open_piece(from, piece)?;
            match more {
                None => return Ok(folder),
                Some(more) => (opened, rest) = (Some(folder), more),
            }
        }
    }
}

/// As many parts of a path as the kernel takes at once, and the others.
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

fn open_piece(from: &OwnedFd, path: &[u8]) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if !path.contains(&b'/') {
        return fs::openat(from, path, flags, Mode::empty());
    }
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    fs::openat2(from, path, flags, Mode::empty(), resolve)
}

fn open_folder(path: &std::path::Path) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    patiently(|| fs::open(path, flags, Mode::empty()))
}

/// Waits while there is no descriptor for a folder.
fn patiently<T>(open: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    let is_shortage = |errno: &Errno| matches!(*errno, Errno::MFILE | Errno::NFILE);
    retry_open_blocking(is_shortage, open)
}

/// What is in a folder; where the file system does not tell what a name is, it is asked.
fn read_folder(folder: &OwnedFd) -> rustix::io::Result<Contents> {
    let mut contents = Contents::default();
    for item in Dir::read_from(folder)? {
        let item = item?;
        let name = item.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let kind = match item.file_type() {
            FileType::Unknown => fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
                .map_or(FileType::Unknown, |stat| {
                    FileType::from_raw_mode(stat.st_mode)
                }),
            kind => kind,
        };
        if kind != FileType::Directory && is_own_name(name.to_bytes()) {
            contents.parts += 1;
            continue;
        }
        let list = match kind {
            FileType::Directory => &mut contents.folders,
            FileType::RegularFile | FileType::Symlink | FileType::Unknown => &mut contents.files,
            _ => &mut contents.others,
        };
        list.push(name.to_owned());
    }
    contents.files.sort_unstable();
    contents.folders.sort_unstable();
    contents.others.sort_unstable();
    Ok(contents)
}

/// Where in a folder a listing goes on.
#[derive(Clone, Copy)]
enum After<'a> {
    /// At its beginning.
    Nothing,
    /// Behind this file of it.
    File(&'a [u8]),
    /// In or behind this folder of it, below which this name is behind us. All files are, then.
    Below(&'a [u8], &'a [u8]),
}

impl<'a> After<'a> {
    fn read(name: Option<&'a [u8]>) -> Self {
        let Some(name) = name else {
            return Self::Nothing;
        };
        match name.iter().position(|byte| *byte == b'/') {
            Some(slash) => Self::Below(&name[..slash], &name[slash + 1..]),
            None => Self::File(name),
        }
    }

    fn admits_file(self, name: &[u8]) -> bool {
        match self {
            Self::Nothing => true,
            Self::File(done) => name > done,
            Self::Below(..) => false,
        }
    }
}

/// `prefix/name`, or just the name at the root.
fn joined(prefix: &[u8], name: &[u8]) -> Vec<u8> {
    if prefix.is_empty() {
        return name.to_vec();
    }
    [prefix, b"/", name].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_behind_a_path_too_long_for_the_kernel_is_opened() {
        let place = tempfile::tempdir().expect("a folder for temporary files");
        let open = |above: &OwnedFd, name: &str| open_piece(above, name.as_bytes()).expect("made");
        let part = "x".repeat(250);
        let mut last = open_folder(place.path()).expect("it is there");
        let mut name = b"above".to_vec();
        for _ in 0..20 {
            fs::mkdirat(&last, part.as_str(), Mode::from_raw_mode(0o700)).expect("it is ours");
            last = open(&last, &part);
            name = joined(&name, part.as_bytes());
        }
        let anchor = Anchor {
            folder: open_folder(place.path()).expect("it is there"),
            prefix_bytes: b"above".len(),
            level: LEVELS_OPEN,
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
        };
        assert!(anchor.open(b"real/below").is_ok());
        assert!(anchor.open(b"link/below").is_err());
        assert!(anchor.open(b"link").is_err());
    }
}
