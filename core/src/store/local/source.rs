//! Files of a folder as a source, or one file of it.

use std::borrow::Cow;
use std::ffi::{CString, OsStr};
use std::io::{self, Read as _};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::disk::{FileStat, Root, data_parts};
use md5::{Digest as _, Md5};
use rustix::fs;
use tokio::sync::mpsc::{self, Sender};

use super::attributes::Judge;
use super::link::{self, LinkReader};
use super::list::{FolderListing, ORDER, entry_of, folder_entry_of, link_entry_of};
use super::md5_cache;
use super::nothing;
use super::posix;
use super::reader::{LocalReader, NothingToRead, check_version};
use super::shortage::or_later;
use super::smb;
use crate::Result;
use crate::entry::{Entry, EntryName, Layout};
use crate::options::{LinkForm, Links, PosixOptions, Selection};
use crate::plan::disk_image::Edges;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::select::{AttributeRule, Filter, Pattern};
use crate::store::source::{PAGES_AHEAD, panicked};
use crate::store::{ListScope, Page, Pages, Reader, Source, Step, Tools};

/// A folder to copy from, or one file of it.
pub struct LocalSource {
    root: Root,
    selection: LocalSelection,
    attributes: AttributeRule,
    keeps_smb: bool,
    links: Links,
    posix: PosixOptions,
    remembers_md5: bool,
    own_files: Vec<PathBuf>,
    filter: Arc<Filter>,
}

/// The selected files of the folder.
enum LocalSelection {
    /// One file, which the user named.
    One(EntryName),
    /// The files that match.
    Matching(Pattern),
}

impl LocalSource {
    /// The files of `folder` that match.
    pub fn folder(folder: &Path, pattern: Pattern) -> Result<Self> {
        Ok(Self {
            root: Root::open(folder)?,
            selection: LocalSelection::Matching(pattern),
            attributes: AttributeRule::default(),
            keeps_smb: false,
            links: Links::default(),
            posix: PosixOptions::default(),
            remembers_md5: false,
            own_files: Vec::new(),
            filter: Arc::default(),
        })
    }

    /// Whether `path` is a file or a disk and no folder.
    pub fn is_single(path: &Path) -> bool {
        FileStat::of_path(path).is_ok_and(|facts| facts.is_file || facts.is_block_device)
    }

    /// The single file or disk at `path`, and its name.
    pub fn file(path: &Path) -> Result<(Self, EntryName)> {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let name = EntryName::new(path.file_name().unwrap_or_default().as_bytes());
        Ok((
            Self {
                root: Root::open(folder)?,
                selection: LocalSelection::One(name.clone()),
                attributes: AttributeRule::default(),
                keeps_smb: false,
                links: Links::default(),
                posix: PosixOptions::default(),
                remembers_md5: false,
                own_files: Vec::new(),
                filter: Arc::default(),
            },
            name,
        ))
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The same, with only the files that have these attributes.
    #[must_use]
    pub fn asking(self, attributes: AttributeRule) -> Self {
        Self { attributes, ..self }
    }

    /// The same, where entries have their attributes and times in Windows if `keeps_smb` says so.
    #[must_use]
    pub fn keeping_smb(self, keeps_smb: bool) -> Self {
        Self { keeps_smb, ..self }
    }

    /// The same, where entries have their POSIX properties, and folders are entries too, if these say so.
    #[must_use]
    pub fn keeping_posix(self, posix: PosixOptions) -> Self {
        Self { posix, ..self }
    }

    /// The same, where the MD5 of a file that was read is remembered in an attribute of the file, if
    /// `remembers_md5` says so.
    #[must_use]
    pub fn remembering_md5(self, remembers_md5: bool) -> Self {
        Self {
            remembers_md5,
            ..self
        }
    }

    /// The same, where this becomes of symbolic links below the folder.
    #[must_use]
    pub fn with_links(self, links: Links) -> Self {
        Self { links, ..self }
    }

    /// The same, without these files, wherever they are below the folder.
    #[must_use]
    pub fn without(self, own_files: &[PathBuf]) -> Self {
        Self {
            own_files: own_files.to_vec(),
            ..self
        }
    }

    /// The same, with only the files that this filter selects.
    #[must_use]
    pub fn filtering(self, filter: Arc<Filter>) -> Self {
        Self { filter, ..self }
    }

    fn list_one(&self, name: &EntryName) -> Result<Page> {
        let path = self.root.path().join(path_of(name));
        let facts = std::fs::File::open(&path)
            .and_then(FileStat::of_open)
            .map_err(|error| {
                transport::Error::disk(format_args!("cannot open `{}`", path.display()), &error)
            })?;
        let mut page = Page::default();
        let entry = self.entry(name, &facts)?;
        if self.filter.selects(&entry) && self.is_admitted(name, &facts, &mut page.notices) {
            page.entries.push(entry);
        }
        Ok(page)
    }

    /// Lists the scope, or the folders below. Blocks, and waits for the consumer.
    fn send_pages(&self, scope: ListScope, lists_folders: bool, pages: Sender<Result<Page>>) {
        match &self.selection {
            LocalSelection::One(_) if lists_folders => {}
            LocalSelection::One(name) if !scope.has_single(name) => {}
            LocalSelection::One(name) => {
                // The consumer has gone when the run was stopped.
                let _is_received = pages.blocking_send(self.list_one(name));
            }
            LocalSelection::Matching(pattern) => {
                let root = PathBuf::from(self.root.path());
                FolderListing {
                    root,
                    pattern: pattern.clone(),
                    scope,
                    attributes: self.attributes,
                    keeps_smb: self.keeps_smb,
                    links: self.links,
                    posix: self.posix,
                    lists_folders,
                    own_files: &self.own_files,
                    filter: &self.filter,
                    pages,
                }
                .run();
            }
        }
    }

    fn start_listing(self: Arc<Self>, scope: ListScope, lists_folders: bool) -> Pages {
        let (pages, listed) = mpsc::channel(PAGES_AHEAD);
        let failed = pages.clone();
        let list = move || {
            let listing = AssertUnwindSafe(|| self.send_pages(scope, lists_folders, pages.clone()));
            if std::panic::catch_unwind(listing).is_err() {
                // The consumer has gone when the run was stopped.
                let _is_received = pages.blocking_send(Err(panicked()));
            }
        };
        if let Err(error) = std::thread::Builder::new().name("list".into()).spawn(list) {
            let error = transport::Error::disk("cannot start the thread of a listing", &error);
            let _fits = failed.try_send(Err(error.into()));
        }
        listed
    }

    fn entry(&self, name: &EntryName, facts: &FileStat) -> Result<Entry> {
        let path = self.root.path().join(path_of(name));
        let smb = self.keeps_smb.then(|| Box::new(smb::of_file(&path, facts)));
        self.with_posix(Entry {
            smb,
            ..entry_of(name.clone(), facts)
        })
    }

    /// The entry with its POSIX properties, where they are kept.
    fn with_posix(&self, mut entry: Entry) -> Result<Entry> {
        let path = self.root.path().join(path_of(&self.own_name(&entry)));
        let added = CString::new(path.as_os_str().as_bytes())
            .map_err(io::Error::from)
            .and_then(|path| posix::add(self.posix.form, fs::CWD, &path, &mut entry));
        added.map_err(|error| {
            let doing = format!("cannot examine `{}`", path.display());
            transport::Error::disk(doing, &error)
        })?;
        Ok(entry)
    }

    /// The name of an entry on this machine: that of a link lacks its end in rclone's form.
    fn own_name<'e>(&self, entry: &'e Entry) -> Cow<'e, EntryName> {
        let is_shorter = entry.kind == Layout::Link && self.links.form() == Some(LinkForm::Suffix);
        let link = entry.name.of_link().filter(|_| is_shorter);
        link.map_or(Cow::Borrowed(&entry.name), Cow::Owned)
    }

    /// The folder of this name, where folders are entries.
    fn find_folder(&self, name: &EntryName, facts: &FileStat) -> Result<Option<Entry>> {
        if !self.posix.folder_marks || !facts.is_folder {
            return Ok(None);
        }
        let entry = folder_entry_of(name.clone(), facts);
        self.with_posix(entry).map(Some)
    }

    /// The link of this name, where links are kept.
    fn find_link(&self, name: &EntryName) -> Result<Option<Entry>> {
        let is_below = matches!(self.selection, LocalSelection::Matching(_));
        let Some(form) = self.links.form().filter(|_| is_below) else {
            return Ok(None);
        };
        let own_name = match form {
            LinkForm::Metadata => Some(name.clone()),
            LinkForm::Suffix => name.of_link(),
        };
        let Some(own_name) = own_name else {
            return Ok(None);
        };
        match link::find(self.root.path(), &own_name) {
            Ok(Some(facts)) => {
                let entry = link_entry_of(name.clone(), &facts, form);
                self.with_posix(entry).map(Some)
            }
            Ok(None) => Ok(None),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => {
                let doing = format!("cannot examine `{name}`");
                Err(transport::Error::disk(doing, &error).into())
            }
        }
    }

    /// Opens the version that was listed; fails when there is another.
    async fn open_listed(&self, tools: &Tools, entry: &Entry) -> Result<(OwnedFd, FileStat)> {
        let (descriptor, facts) = self.open_any(tools, entry).await?;
        check_version(entry, &facts)?;
        Ok((descriptor, facts))
    }

    /// Opens the version that is there now.
    async fn open_any(&self, tools: &Tools, entry: &Entry) -> Result<(OwnedFd, FileStat)> {
        let open = async || {
            let opened = self.root.open_to_read(&tools.disk, path_of(&entry.name));
            Ok(opened.await?)
        };
        or_later(open().await, open).await
    }

    fn is_admitted(&self, name: &EntryName, facts: &FileStat, notices: &mut Vec<String>) -> bool {
        let Ok(folder) = std::fs::File::open(self.root.path()) else {
            return true;
        };
        let name = CString::new(name.as_bytes()).unwrap_or_default();
        Judge::new(self.attributes).admits(folder, &name, facts, notices)
    }
}

impl Source for LocalSource {
    fn list(self: Arc<Self>, _tools: &Tools, scope: ListScope) -> Pages {
        self.start_listing(scope, false)
    }

    fn list_directories(self: Arc<Self>, _tools: &Tools) -> Option<Pages> {
        let scope = ListScope::default();
        self.keeps_smb.then(|| self.start_listing(scope, true))
    }

    fn can_resume(&self, scope: &ListScope) -> bool {
        let is_one = matches!(self.selection, LocalSelection::One(_));
        is_one || scope.after.is_none() || scope.marker.as_deref() == Some(ORDER)
    }

    fn can_begin_at_names(&self) -> bool {
        matches!(self.selection, LocalSelection::Matching(_)) && !self.posix.folder_marks
    }

    fn find<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a EntryName,
        _snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
            if let Some(found) = self.find_link(name)? {
                return Ok(Some(found));
            }
            let path = self.root.path().join(path_of(name));
            let facts = FileStat::of_path(&path).and_then(|facts| {
                if facts.is_block_device {
                    std::fs::File::open(&path).and_then(FileStat::of_open)
                } else {
                    Ok(facts)
                }
            });
            match facts {
                Ok(facts) if facts.is_file || facts.is_block_device => {
                    self.entry(name, &facts).map(Some)
                }
                Ok(facts) => self.find_folder(name, &facts),
                Err(error) if is_gone(&error) => Ok(None),
                Err(error) => {
                    let doing = format!("cannot examine `{}`", path.display());
                    Err(transport::Error::disk(doing, &error).into())
                }
            }
        })
    }

    fn has<'a>(&'a self, _tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        let path = self.root.path().join(path_of(name));
        let has = path.exists() || self.links.keeps() && path.is_symlink();
        Box::pin(async move { Ok(has) })
    }

    fn selects(&self, name: &EntryName) -> bool {
        let is_named = match &self.selection {
            LocalSelection::One(one) => one == name,
            LocalSelection::Matching(pattern) => pattern.matches(name.as_bytes()),
        };
        is_named && self.filter.selects_name(name.as_bytes())
    }

    fn digest<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<[u8; 16]>>> {
        Box::pin(async move {
            if entry.kind == Layout::Link {
                let name = self.own_name(entry);
                return link::digest(self.root.path(), &name, entry).map(Some);
            }
            let (descriptor, _) = self.open_listed(tools, entry).await?;
            let remembers = self.remembers_md5;
            let digested = tokio::task::spawn_blocking(move || digest(descriptor, remembers))
                .await
                .map_err(std::io::Error::other)
                .flatten();
            let (md5, facts) = digested.map_err(|error| {
                transport::Error::disk(format_args!("cannot read `{}`", entry.name), &error)
            })?;
            check_version(entry, &facts)?;
            Ok(Some(md5))
        })
    }

    fn extents<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async move {
            let (descriptor, facts) = self.open_listed(tools, entry).await?;
            let parts = tokio::task::spawn_blocking(move || data_parts(descriptor, facts.bytes))
                .await
                .map_err(std::io::Error::other)
                .flatten()
                .map_err(|error| {
                    transport::Error::disk(
                        format_args!("cannot find the holes of `{}`", entry.name),
                        &error,
                    )
                })?;
            Ok(Some(Extents::new(entry.bytes, parts)))
        })
    }

    fn edges<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Option<Edges>>> {
        Box::pin(async move {
            let (descriptor, facts) = self.open_listed(tools, entry).await?;
            let edges = tokio::task::spawn_blocking(move || edges(descriptor, facts.bytes))
                .await
                .map_err(std::io::Error::other)
                .flatten()
                .map_err(|error| {
                    transport::Error::disk(format_args!("cannot read `{}`", entry.name), &error)
                })?;
            Ok(Some(edges))
        })
    }

    fn descriptors(&self) -> u32 {
        1
    }

    fn why_nothing<'a>(
        &'a self,
        _tools: &'a Tools,
        selection: &'a Selection,
    ) -> Step<'a, Result<Option<NothingSelected>>> {
        Box::pin(async move {
            Ok(match &self.selection {
                // The file exists, so its attributes left it out.
                LocalSelection::One(_) => Some(NothingSelected::Attributes),
                LocalSelection::Matching(pattern) => {
                    nothing::cause(self.root.path(), pattern, selection)
                }
            })
        })
    }

    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async move {
            if entry.kind == Layout::Link {
                let name = self.own_name(entry).into_owned();
                let reader = LinkReader::open(self.root.path(), name, entry)?;
                return Ok(Arc::new(reader) as Arc<dyn Reader>);
            }
            if entry.kind == Layout::Folder {
                return Ok(Arc::new(NothingToRead) as Arc<dyn Reader>);
            }
            let (descriptor, facts) = self.open_any(tools, entry).await?;
            if facts.bytes != entry.bytes {
                check_version(entry, &facts)?;
            }
            let file = self.root.reading(descriptor, &facts, &entry.name).await?;
            check_version(entry, &facts)?;
            let entry = entry.clone();
            Ok(Arc::new(LocalReader { file, entry }) as Arc<dyn Reader>)
        })
    }
}

/// The MD5 of a file, and what the file is after it was read. With `remembers` it may come from an earlier
/// reading, and is kept for a later one.
fn digest(descriptor: OwnedFd, remembers: bool) -> std::io::Result<([u8; 16], FileStat)> {
    const READ_BYTES: usize = 1 << 20;
    if remembers && let Some(md5) = md5_cache::get(&descriptor) {
        return Ok((md5, FileStat::of_open(&descriptor)?));
    }
    let mut file = std::fs::File::from(descriptor);
    let mut buffer = vec![0; READ_BYTES];
    let mut hash = Md5::new();
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    let facts = FileStat::of_open(&file)?;
    let md5 = hash.finalize().into();
    if remembers {
        md5_cache::put(&file, md5);
    }
    Ok((md5, facts))
}

/// The first and the last 512 bytes of a file of this length.
fn edges(descriptor: OwnedFd, bytes: u64) -> std::io::Result<Edges> {
    const EDGE_BYTES: u64 = 512;
    let file = std::fs::File::from(descriptor);
    let length = bytes.min(EDGE_BYTES);
    let read = |at: u64| {
        let mut edge = vec![0; length as usize];
        file.read_exact_at(&mut edge, at).map(|()| edge)
    };
    Ok(Edges {
        first: read(0)?,
        last: read(bytes - length)?,
    })
}

/// Whether the error says that the file, or a folder above it, does not exist.
fn is_gone(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

fn path_of(name: &EntryName) -> &Path {
    Path::new(OsStr::from_bytes(name.as_bytes()))
}
