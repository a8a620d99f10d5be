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
use azring_transport::disk::Facts;
use rustix::fs::{self, AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::attributes::Judge;
use crate::entry::{Entry, EntryName, Kind, Version};
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
                self.folder(&folder, &prefix, after)
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
                self.send(Err(Error::Usage(text)))
            }
        }
    }

    /// One folder: its files, then, in a recursive listing, its folders. `after` is the name below this folder to go on
    /// behind: a name with a slash is in a folder, so all files and the folders before that one are behind us.
    fn folder(
        &mut self,
        folder: &OwnedFd,
        prefix: &[u8],
        after: Option<&[u8]>,
    ) -> Result<(), Gone> {
        let contents = match read_folder(folder) {
            Ok(contents) => contents,
            Err(errno) => {
                self.unlisted(prefix, errno);
                return Ok(());
            }
        };
        let after = After::read(after);
        for name in &contents.files {
            if after.admits_file(name.as_bytes()) {
                self.file(folder, prefix, name)?;
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
        for name in &contents.folders {
            let below = match after {
                After::Below(done, _) if name.as_bytes() < done => continue,
                After::Below(half, rest) if name.as_bytes() == half => Some(rest),
                _ => None,
            };
            self.sub_folder(folder, &joined(prefix, name.as_bytes()), name, below)?;
        }
        Ok(())
    }

    fn sub_folder(
        &mut self,
        above: &OwnedFd,
        prefix: &[u8],
        name: &CStr,
        after: Option<&[u8]>,
    ) -> Result<(), Gone> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match fs::openat(above, name, flags, Mode::empty()) {
            Ok(opened) => self.folder(&opened, prefix, after),
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
        let found = Facts::at(folder, name);
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
            Err(_) => self.entry(full, &Facts::default()),
        }
    }

    /// This program writes it. Looked at now, since a journal may be another file by then.
    fn is_own(&self, name: &CStr, facts: &Facts) -> bool {
        let is_called = |own: &&PathBuf| {
            own.file_name()
                .is_some_and(|called| called.as_bytes() == name.to_bytes())
        };
        self.listing.own_files.iter().filter(is_called).any(|own| {
            Facts::of_path(own)
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

    fn entry(&mut self, name: EntryName, facts: &Facts) -> Result<(), Gone> {
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
pub(super) fn entry_of(name: EntryName, facts: &Facts) -> Entry {
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
        kind: Kind::Plain,
        carried: None,
        snapshot: None,
    }
}

fn open_folder(path: &std::path::Path) -> rustix::io::Result<OwnedFd> {
    fs::open(
        path,
        OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
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
