//! Lists a folder in the byte order of full names, which is the order in which services list.
//!
//! A folder stands among its neighbours as `name/`: `a-b`, `a.b`, `a/x`, `a0`. So a listing is the same
//! each time, and goes on after any name, even one that is gone by then. Links to files are followed,
//! links to folders are not (they could lead in circles); pipes, sockets and devices are left out and
//! never opened. Reading folders blocks, so it happens in a thread of its own, a page ahead of the
//! planning.

use std::cmp::Ordering;
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

use super::attributes::{self, Judge};
use super::smb;
use crate::entry::{Entry, EntryName, Layout, Version};
use crate::select::{AttributeRule, Filter, Pattern};
use crate::store::{ListScope, Page};
use crate::{Error, Result};

/// Entries of one page.
const PAGE_ENTRIES: usize = 512;

/// The listing of a folder, which runs in its own thread.
pub(super) struct FolderListing<'a> {
    /// The folder.
    pub(super) root: PathBuf,
    /// The files that are selected.
    pub(super) pattern: Pattern,
    /// The attributes that they must have.
    pub(super) attributes: AttributeRule,
    /// Whether entries have their attributes and times in Windows.
    pub(super) keeps_smb: bool,
    /// Whether the folders below are listed, with their attributes and times, instead of the files.
    pub(super) lists_folders: bool,
    /// Files that this program writes itself; they are left out.
    pub(super) own_files: &'a [PathBuf],
    /// The files that are selected besides.
    pub(super) filter: &'a Filter,
    /// Where the listing begins and ends.
    pub(super) scope: ListScope,
    /// Where the pages go.
    pub(super) pages: Sender<Result<Page>>,
}

/// The name of this order in a journal, as the marker of every page.
///
/// Journals of earlier versions have no marker for a folder: those versions listed the files of a
/// folder before its folders. After the same name, that order leaves other entries than this one.
pub(super) const ORDER: &str = "path";

/// The levels of folders that stay open while what is below them is listed.
///
/// A folder further down is opened again by its path from the last of these, so that a deep tree takes
/// no more descriptors than a flat one.
const LEVELS_OPEN: usize = 4;

/// The listing has ended, at its end or because the consumer has gone.
struct Over;

impl FolderListing<'_> {
    /// Lists the scope, page by page. Ends early when the consumer has gone.
    pub(super) fn run(self) {
        let mut walk = Walk {
            listing: &self,
            page: empty_page(),
            judge: Judge::new(self.attributes),
        };
        let _at_end = walk.start();
        let _is_received = walk.flush();
    }
}

struct Walk<'a> {
    listing: &'a FolderListing<'a>,
    page: Page,
    judge: Judge,
}

/// The contents of a folder, in the order of full names.
#[derive(Default)]
struct FolderContents {
    items: Vec<FolderItem>,
    /// The number of part files of azring, which are not listed.
    parts: usize,
}

/// A name in a folder.
struct FolderItem {
    name: CString,
    kind: ItemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ItemKind {
    /// A file, or a link that may lead to one.
    File,
    Folder,
    /// A pipe, a socket or a device.
    Special,
}

impl FolderItem {
    /// The order of full names, in which a folder stands as `name/`.
    fn compare(&self, other: &Self) -> Ordering {
        let (one, two) = (self.name.to_bytes(), other.name.to_bytes());
        let same = one.len().min(two.len());
        let heads = one[..same].cmp(&two[..same]);
        heads.then_with(|| self.byte_at(same).cmp(&other.byte_at(same)))
    }

    /// The byte of its full name at this place; `None` after the end of a file's name.
    fn byte_at(&self, at: usize) -> Option<u8> {
        let end = (self.kind == ItemKind::Folder).then_some(b'/');
        self.name.to_bytes().get(at).copied().or(end)
    }
}

impl Walk<'_> {
    /// Begins at the pattern's own folder. Everything that matches is below it.
    fn start(&mut self) -> Result<(), Over> {
        let ListScope { folder, after, .. } = &self.listing.scope;
        let above = self.listing.pattern.folder().as_bytes();
        let prefix = match folder {
            Some(folder) => folder.as_bytes().to_vec(),
            None => above.to_vec(),
        };
        let root = self.listing.root.join(OsStr::from_bytes(&prefix));
        match open_folder(&root) {
            Ok(folder) => {
                let after = match after {
                    Some((name, _)) => Below::of(name.as_bytes(), &prefix),
                    None => Below::All,
                };
                match after {
                    Below::Nothing => Ok(()),
                    Below::All => self.folder(folder, &prefix, None, None),
                    Below::After(name) => self.folder(folder, &prefix, Some(name), None),
                }
            }
            // The folder could not be listed before. It still cannot, or it is gone.
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

    /// One folder and, in a recursive listing, what is below its folders.
    ///
    /// `after` is the name below this folder after which the listing resumes.
    fn folder(
        &mut self,
        folder: OwnedFd,
        prefix: &[u8],
        after: Option<&[u8]>,
        above: Option<&Anchor>,
    ) -> Result<(), Over> {
        let contents = match patiently(|| read_folder(&folder)) {
            Ok(contents) => contents,
            Err(errno) => {
                self.unlisted(prefix, errno);
                return Ok(());
            }
        };
        if contents.parts > 0 && !self.listing.lists_folders {
            self.page.notices.push(format!(
                "{} partial file(s) of azring in `{}` are skipped (`.azring-….part`)",
                contents.parts,
                EntryName::new(prefix)
            ));
        }
        let mut opened = Opened::new(folder, prefix, above);
        for FolderItem { name, kind } in &contents.items {
            let name_bytes = name.to_bytes();
            let below = match after {
                Some(after) if *kind == ItemKind::Folder => Below::of(after, name_bytes),
                Some(after) if name_bytes <= after => continue,
                _ => Below::All,
            };
            if self.is_past_end(prefix, name_bytes, *kind) {
                return Err(Over);
            }
            match (kind, below) {
                (ItemKind::Special | ItemKind::File, _) if self.listing.lists_folders => {}
                (ItemKind::Special, _) => {
                    self.left_out(&EntryName::new(joined(prefix, name_bytes)));
                }
                (ItemKind::File, _) => match opened.folder() {
                    Ok(folder) => self.file(folder, prefix, name)?,
                    Err(errno) => {
                        self.unlisted(prefix, errno);
                        return Ok(());
                    }
                },
                (ItemKind::Folder, _) if self.listing.pattern.is_flat() => {}
                (ItemKind::Folder, _) if !self.may_select_in(prefix, name_bytes) => {}
                (ItemKind::Folder, Below::Nothing) => {}
                (ItemKind::Folder, Below::All) => {
                    self.sub_folder(opened.anchor(), &joined(prefix, name_bytes), None)?;
                }
                (ItemKind::Folder, Below::After(rest)) => {
                    self.sub_folder(opened.anchor(), &joined(prefix, name_bytes), Some(rest))?;
                }
            }
        }
        Ok(())
    }

    /// Whether this name is at or after the end of the listing; for a folder, with everything below it.
    fn is_past_end(&self, prefix: &[u8], name: &[u8], kind: ItemKind) -> bool {
        let Some(until) = &self.listing.scope.until else {
            return false;
        };
        let mut full = joined(prefix, name);
        if kind == ItemKind::Folder {
            full.push(b'/');
        }
        full.as_slice() >= until.as_bytes()
    }

    /// Whether something in this folder can be selected.
    fn may_select_in(&self, prefix: &[u8], name: &[u8]) -> bool {
        let filter = self.listing.filter;
        filter.selects_all_names() || filter.may_select_below(&joined(prefix, name))
    }

    fn sub_folder(
        &mut self,
        anchor: &Anchor,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> Result<(), Over> {
        match patiently(|| anchor.open(prefix)) {
            Ok(opened) => {
                if self.listing.lists_folders {
                    self.sub_folder_itself(&opened, prefix)?;
                }
                self.folder(opened, prefix, after, Some(anchor))
            }
            Err(errno) => {
                self.unlisted(prefix, errno);
                Ok(())
            }
        }
    }

    /// Lists a folder as an entry of its own.
    fn sub_folder_itself(&mut self, folder: &OwnedFd, name: &[u8]) -> Result<(), Over> {
        match FileStat::of_open(folder) {
            Ok(facts) => {
                let smb = smb::of_folder(&attributes::path_in(folder, c"."), &facts);
                self.entry(Entry {
                    kind: Layout::Folder,
                    smb: Some(Box::new(smb)),
                    ..entry_of(EntryName::new(name), &facts)
                })
            }
            Err(error) => {
                let what = EntryName::new(name);
                let doing = format!("cannot examine the folder `{what}`");
                let error = transport::Error::disk(doing, &error);
                self.page.unlisted.push((what, error.into()));
                Ok(())
            }
        }
    }

    /// Lists one name that may be a file. A link counts as what it leads to.
    fn file(&mut self, folder: &OwnedFd, prefix: &[u8], name: &CStr) -> Result<(), Over> {
        if !self.listing.pattern.matches_file(name.to_bytes()) {
            return Ok(());
        }
        let full = EntryName::new(joined(prefix, name.to_bytes()));
        if !self.listing.filter.selects_name(full.as_bytes()) {
            return Ok(());
        }
        match FileStat::at(folder, name) {
            Ok(facts) if facts.is_folder => Ok(()),
            Ok(facts) if self.is_own(name, &facts) => {
                let told = format!("`{full}` is skipped, because this copy writes it");
                self.page.notices.push(told);
                Ok(())
            }
            Ok(facts) if facts.is_file => {
                let notices = &mut self.page.notices;
                if !self.judge.admits(folder, name, &facts, notices) {
                    return Ok(());
                }
                let smb = self.listing.keeps_smb.then(|| {
                    let path = attributes::path_in(folder, name);
                    Box::new(smb::of_file(&path, &facts))
                });
                let entry = Entry {
                    smb,
                    ..entry_of(full, &facts)
                };
                if self.listing.filter.admits(&entry) {
                    self.entry(entry)
                } else {
                    Ok(())
                }
            }
            Ok(_) => {
                self.left_out(&full);
                Ok(())
            }
            // A broken link, or a file that has just vanished: it is listed, and fails when it is opened.
            Err(_) => self.entry(entry_of(full, &FileStat::default())),
        }
    }

    /// Whether this program writes the file. Compared at this moment, because a journal may be replaced by
    /// another file.
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
        let Self { listing, .. } = self;
        let (pattern, filter) = (&listing.pattern, listing.filter);
        if pattern.matches(name.as_bytes()) && filter.selects_name(name.as_bytes()) {
            self.page.notices.push(format!(
                "`{name}` is a pipe, a socket or a device and is skipped"
            ));
        }
    }

    fn entry(&mut self, entry: Entry) -> Result<(), Over> {
        self.page.entries.push(entry);
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

    fn flush(&mut self) -> Result<(), Over> {
        let page = std::mem::replace(&mut self.page, empty_page());
        self.send(Ok(page))
    }

    fn send(&self, page: Result<Page>) -> Result<(), Over> {
        self.listing.pages.blocking_send(page).map_err(|_| Over)
    }
}

/// A page of this listing, without entries yet.
fn empty_page() -> Page {
    Page {
        marker: Some(ORDER.into()),
        ..Page::default()
    }
}

/// A file with these facts, as an entry.
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
        smb: None,
        archive: None,
    }
}

/// The folder that is being listed, and the open folder from which those below it are opened.
struct Opened<'a> {
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
    fn new(folder: OwnedFd, prefix: &'a [u8], above: Option<&'a Anchor>) -> Self {
        let own = match above {
            Some(anchor) if anchor.level >= LEVELS_OPEN => Own::Deep {
                anchor,
                folder: Some(folder),
            },
            above => Own::Anchor(Anchor {
                level: above.map_or(1, |above| above.level + 1),
                prefix_bytes: prefix.len(),
                folder,
            }),
        };
        Self { own, prefix }
    }

    /// The folder itself, for inspecting its files.
    fn folder(&mut self) -> rustix::io::Result<&OwnedFd> {
        match &mut self.own {
            Own::Anchor(anchor) => Ok(&anchor.folder),
            Own::Deep { anchor, folder } => Ok(match folder {
                Some(folder) => folder,
                None => folder.insert(patiently(|| anchor.open(self.prefix))?),
            }),
        }
    }

    /// The open folder from which the folders below it are opened.
    fn anchor(&mut self) -> &Anchor {
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
struct Anchor {
    folder: OwnedFd,
    prefix_bytes: usize,
    level: usize,
}

/// The longest path that is given to the kernel at once, in bytes. `PATH_MAX` is 4096, and a part of a path has
/// at most 255 bytes.
const PATH_BYTES_MAX: usize = 3072;

impl Anchor {
    /// Opens the folder of this name below. No part of the name may be a link.
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

/// Opens a folder, and waits while there is no descriptor for it.
fn patiently<T>(open: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    let is_shortage = |errno: &Errno| matches!(*errno, Errno::MFILE | Errno::NFILE);
    retry_open_blocking(is_shortage, open)
}

/// Reads a folder. Inspects a name where the file system does not give its type with it.
fn read_folder(folder: &OwnedFd) -> rustix::io::Result<FolderContents> {
    let mut contents = FolderContents::default();
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
        let kind = match kind {
            FileType::Directory => ItemKind::Folder,
            FileType::RegularFile | FileType::Symlink | FileType::Unknown => ItemKind::File,
            _ => ItemKind::Special,
        };
        contents.items.push(FolderItem {
            name: name.to_owned(),
            kind,
        });
    }
    contents.items.sort_unstable_by(FolderItem::compare);
    Ok(contents)
}

/// The part of a folder that comes after a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Below<'a> {
    /// All of it.
    All,
    /// The names after this one below it.
    After(&'a [u8]),
    /// Nothing.
    Nothing,
}

impl<'a> Below<'a> {
    /// The part of the folder `folder` that comes after the name `after`. Both are in the same folder.
    fn of(after: &'a [u8], folder: &[u8]) -> Self {
        if folder.is_empty() {
            return Self::After(after);
        }
        if let Some(rest) = after.strip_prefix(folder)
            && let Some(rest) = rest.strip_prefix(b"/")
        {
            return Self::After(rest);
        }
        // Everything in the folder begins with `folder/`, and `after` does not.
        if joined(folder, b"").as_slice() < after {
            Self::Nothing
        } else {
            Self::All
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
