//! Lists a folder in the byte order of full names, which is the order in which services list.
//!
//! A folder stands among its neighbours as `name/`: `a-b`, `a.b`, `a/x`, `a0`. So a listing is the same
//! each time, and goes on after any name, even one that is gone by then. Links to files are followed, and
//! links to folders are not, unless the user wants something else of links ([`Links`]); pipes, sockets and devices are left out and
//! never opened. Reading folders blocks, so it happens in a thread of its own, a page ahead of the
//! planning.

use std::ffi::{CStr, CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use azring_transport as transport;
use azring_transport::disk::FileStat;
use rustix::io::Errno;
use tokio::sync::mpsc::Sender;

use super::anchor::{Anchor, Opened, open_folder, patiently};
use super::attributes::{self, Judge};
use super::folder_contents::{FolderContents, FolderItem, ItemKind, read_folder};
use super::posix;
use super::smb;
use crate::entry::{
    Entry, EntryName, LINK_SUFFIX, Layout, Version, folder_properties, link_properties,
};
use crate::options::{LinkForm, Links, PosixOptions};
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
    /// What becomes of symbolic links.
    pub(super) links: Links,
    /// The POSIX properties that entries have, and whether folders are entries too.
    pub(super) posix: PosixOptions,
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

/// The listing has ended, at its end or because the consumer has gone.
struct Over;

impl FolderListing<'_> {
    /// Lists the scope, page by page. Ends early when the consumer has gone.
    pub(super) fn run(self) {
        let mut walk = Walk {
            listing: &self,
            page: empty_page(),
            judge: Judge::new(self.attributes),
            above: Vec::new(),
            has_first: false,
        };
        let _at_end = walk.start();
        let _is_received = walk.flush();
    }
}

struct Walk<'a> {
    listing: &'a FolderListing<'a>,
    page: Page,
    judge: Judge,
    /// The folders from the root to the one that is listed, by device and inode. Only where links are
    /// followed, which may lead back to one of them.
    above: Vec<(u64, u64)>,
    /// The name at which the listing begins belongs to it.
    has_first: bool,
}

impl Walk<'_> {
    /// Begins at the pattern's own folder. Everything that matches is below it.
    fn start(&mut self) -> Result<(), Over> {
        let ListScope {
            folder,
            after,
            from,
            ..
        } = &self.listing.scope;
        let after = after.as_ref().map(|(name, _)| name);
        self.has_first = after.is_none();
        let above = self.listing.pattern.folder().as_bytes();
        let prefix = match folder {
            Some(folder) => folder.as_bytes().to_vec(),
            None => above.to_vec(),
        };
        self.enter_above(&prefix);
        let root = self.listing.root.join(OsStr::from_bytes(&prefix));
        match open_folder(&root) {
            Ok(folder) => {
                let after = match after.or(from.as_ref()) {
                    Some(name) => Below::of(name.as_bytes(), &prefix),
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

    /// Notes the folders above the one where the listing begins.
    fn enter_above(&mut self, prefix: &[u8]) {
        if self.listing.links != Links::Follow || prefix.is_empty() {
            return;
        }
        let slashes = prefix.iter().enumerate();
        let ends = slashes.filter_map(|(at, byte)| (*byte == b'/').then_some(at));
        for end in std::iter::once(0).chain(ends) {
            let path = OsStr::from_bytes(&prefix[..end]);
            if let Ok(facts) = FileStat::of_path(&self.listing.root.join(path)) {
                self.above.push((facts.device, facts.inode));
            }
        }
    }

    /// One folder that may have been reached by a link. Fails for one that is among those above it.
    fn folder(
        &mut self,
        folder: OwnedFd,
        prefix: &[u8],
        after: Option<&[u8]>,
        above: Option<&Anchor>,
    ) -> Result<(), Over> {
        if self.listing.links != Links::Follow {
            return self.folder_contents(folder, prefix, after, above);
        }
        let identity = match FileStat::of_open(&folder) {
            Ok(facts) => (facts.device, facts.inode),
            Err(error) => {
                self.unlisted_because(prefix, &error);
                return Ok(());
            }
        };
        if self.above.contains(&identity) {
            let why = "a symbolic link leads back to a folder above it";
            self.unlisted_because(prefix, &std::io::Error::other(why));
            return Ok(());
        }
        self.above.push(identity);
        let listed = self.folder_contents(folder, prefix, after, above);
        self.above.pop();
        listed
    }

    /// One folder and, in a recursive listing, what is below its folders.
    ///
    /// `after` is the name below this folder after which the listing resumes.
    fn folder_contents(
        &mut self,
        folder: OwnedFd,
        prefix: &[u8],
        after: Option<&[u8]>,
        above: Option<&Anchor>,
    ) -> Result<(), Over> {
        let links = self.listing.links;
        let marks = self.listing.posix.folder_marks && !self.listing.pattern.is_flat();
        let contents = match patiently(|| read_folder(&folder, links, marks)) {
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
        if contents.links > 0 && !self.listing.lists_folders {
            self.page.notices.push(format!(
                "{} symbolic link(s) in `{}` are skipped",
                contents.links,
                EntryName::new(prefix)
            ));
        }
        for name in &contents.hidden_links {
            let full = EntryName::new(joined(prefix, name.to_bytes()));
            let error = Error::Name(format!(
                "a link would be stored as `{full}`, which is also the name of a file"
            ));
            self.page.unlisted.push((full, error));
        }
        self.tell_left_out_folders(&contents);
        let mut opened = Opened::new(folder, prefix, above, links == Links::Follow);
        for FolderItem { name, kind } in &contents.items {
            let name_bytes = name.to_bytes();
            let below = match after {
                Some(after) if *kind == ItemKind::Folder => Below::of(after, name_bytes),
                Some(after) if name_bytes < after => continue,
                Some(after) if name_bytes == after && !self.has_first => continue,
                _ => Below::All,
            };
            if self.is_past_end(prefix, name_bytes, *kind) {
                return Err(Over);
            }
            match (kind, below) {
                (ItemKind::Special | ItemKind::File | ItemKind::Link | ItemKind::Mark, _)
                    if self.listing.lists_folders => {}
                (ItemKind::Special, _) => {
                    self.left_out(&EntryName::new(joined(prefix, name_bytes)));
                }
                (ItemKind::Mark, _) if !self.may_select_in(prefix, name_bytes) => {}
                (ItemKind::File | ItemKind::Link | ItemKind::Mark, _) => match opened.folder() {
                    Ok(folder) if *kind == ItemKind::Link => self.link(folder, prefix, name)?,
                    Ok(folder) if *kind == ItemKind::Mark => self.mark(folder, prefix, name)?,
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

    /// A notice about folders that are left out because nobody asked for them. A folder without a file of its own is
    /// reported at the end ([`NothingSelected`](crate::report::NothingSelected)).
    fn tell_left_out_folders(&mut self, contents: &FolderContents) {
        let pattern = &self.listing.pattern;
        if !pattern.is_flat() || pattern.is_given() || self.listing.lists_folders {
            return;
        }
        let count = |kind| {
            let of_kind = contents.items.iter().filter(|item| item.kind == kind);
            of_kind.count()
        };
        let folders = count(ItemKind::Folder);
        if folders > 0 && count(ItemKind::File) > 0 {
            self.page.notices.push(format!(
                "{folders} sub-folder(s) of `{}` are left out: `/S` (`--recursive`) includes them",
                self.listing.root.display()
            ));
        }
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
                    self.examined(folder, name, entry)
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

    /// Lists a link that is kept as such.
    fn link(&mut self, folder: &OwnedFd, prefix: &[u8], name: &CStr) -> Result<(), Over> {
        if !self.listing.pattern.matches_file(name.to_bytes()) {
            return Ok(());
        }
        let full = EntryName::new(joined(prefix, name.to_bytes()));
        let filter = self.listing.filter;
        if !filter.selects_name(full.as_bytes()) {
            return Ok(());
        }
        let form = self.listing.links.form().unwrap_or_default();
        let own_name = (form == LinkForm::Suffix)
            .then(|| name.to_bytes().strip_suffix(LINK_SUFFIX.as_bytes()))
            .flatten()
            .and_then(|own_name| CString::new(own_name).ok());
        let name = own_name.as_deref().unwrap_or(name);
        let entry = match FileStat::of_link(folder, name) {
            Ok(facts) if facts.is_link => link_entry_of(full, &facts, form),
            // It has just been replaced or has vanished: it is listed, and fails when it is opened.
            Ok(_) | Err(_) => entry_of(full, &FileStat::default()),
        };
        if entry.version.is_unknown() {
            self.entry(entry)
        } else if filter.admits(&entry) {
            self.examined(folder, name, entry)
        } else {
            Ok(())
        }
    }

    /// Lists a folder as the mark that an upload makes of it.
    fn mark(&mut self, folder: &OwnedFd, prefix: &[u8], name: &CStr) -> Result<(), Over> {
        let full = EntryName::new(joined(prefix, name.to_bytes()));
        let listing = self.listing;
        let is_selected = listing.pattern.matches(full.as_bytes())
            && listing.filter.selects_name(full.as_bytes());
        if !is_selected {
            return Ok(());
        }
        match FileStat::at(folder, name) {
            Ok(facts) if facts.is_folder => {
                let mark = folder_entry_of(full, &facts);
                self.examined(folder, name, mark)
            }
            // It was replaced or has vanished: what it holds cannot be listed, which is the failure.
            Ok(_) | Err(_) => Ok(()),
        }
    }

    /// Lists an entry with its POSIX properties. One that cannot be examined any more fails when it is opened.
    fn examined(&mut self, folder: &OwnedFd, name: &CStr, entry: Entry) -> Result<(), Over> {
        let mut entry = entry;
        if posix::add(self.listing.posix.form, folder, name, &mut entry).is_err() {
            entry = entry_of(entry.name, &FileStat::default());
        }
        self.entry(entry)
    }

    /// Whether this program writes the file. Compared at this moment, because a journal may be replaced by
    /// another file.
    fn is_own(&self, name: &CStr, facts: &FileStat) -> bool {
        // Taking a path apart takes longer, and nearly no file is one of them.
        let is_called = |own: &&PathBuf| {
            own.as_os_str().as_bytes().ends_with(name.to_bytes())
                && own
                    .file_name()
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
        self.unlisted_because(prefix, &errno.into());
    }

    fn unlisted_because(&mut self, prefix: &[u8], why: &std::io::Error) {
        let what = EntryName::new(prefix);
        let error = transport::Error::disk(format_args!("cannot list the folder `{what}`"), why);
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

/// A folder with these facts, as the entry of its mark.
pub(super) fn folder_entry_of(name: EntryName, facts: &FileStat) -> Entry {
    Entry {
        bytes: 0,
        kind: Layout::Folder,
        carried: Some(Box::new(folder_properties())),
        ..entry_of(name, facts)
    }
}

/// A link with these facts, as an entry in this form.
pub(super) fn link_entry_of(name: EntryName, facts: &FileStat, form: LinkForm) -> Entry {
    Entry {
        kind: Layout::Link,
        carried: match form {
            LinkForm::Metadata => Some(Box::new(link_properties())),
            LinkForm::Suffix => None,
        },
        ..entry_of(name, facts)
    }
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
