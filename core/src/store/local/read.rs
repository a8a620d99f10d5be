//! Reads files of a folder.

use std::ffi::{CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_transport as transport;
use azring_transport::buffer::Lease;
use azring_transport::disk::{File, FileSlices, FileStat, Root, data_parts};
use tokio::sync::mpsc;

use super::attributes::Judge;
use super::list::{FolderListing, ORDER, entry_of};
use super::nothing;
use super::shortage::or_later;
use crate::entry::{Entry, EntryName, Version};
use crate::options::Selection;
use crate::plan::chunks::Chunk;
use crate::plan::disk_image::Edges;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::select::{AttributeRule, Pattern};
use crate::store::source::PAGES_AHEAD;
use crate::store::{ListScope, Page, Pages, Reader, Source, Step, Tools};
use crate::{Error, Result};

/// A folder to copy from, or one file of it.
pub struct LocalSource {
    root: Root,
    selection: LocalSelection,
    attributes: AttributeRule,
    own_files: Vec<PathBuf>,
}

/// What of the folder is meant.
enum LocalSelection {
    /// One file, named by the user.
    One(EntryName),
    /// What matches.
    Matching(Pattern),
}

impl LocalSource {
    /// The files of `folder` that match.
    pub fn folder(folder: &Path, pattern: Pattern) -> Result<Self> {
        Ok(Self {
            root: Root::open(folder)?,
            selection: LocalSelection::Matching(pattern),
            attributes: AttributeRule::default(),
            own_files: Vec::new(),
        })
    }

    /// Whether there is a single file or a disk at `path`, and no folder.
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
                own_files: Vec::new(),
            },
            name,
        ))
    }

    /// The same, only with what has such attributes.
    #[must_use]
    pub fn asking(self, attributes: AttributeRule) -> Self {
        Self { attributes, ..self }
    }

    /// The same, without these files, wherever below the folder they are.
    #[must_use]
    pub fn without(self, own_files: &[PathBuf]) -> Self {
        Self {
            own_files: own_files.to_vec(),
            ..self
        }
    }

    fn list_one(&self, name: &EntryName) -> Result<Page> {
        let path = self.root.path().join(path_of(name));
        let facts = std::fs::File::open(&path)
            .and_then(FileStat::of_open)
            .map_err(|error| {
                transport::Error::disk(format_args!("cannot open `{}`", path.display()), &error)
            })?;
        let mut page = Page::default();
        if self.is_admitted(name, &facts, &mut page.notices) {
            page.entries.push(entry_of(name.clone(), &facts));
        }
        Ok(page)
    }

    /// Opens the version that was listed.
    async fn open_listed(&self, tools: &Tools, entry: &Entry) -> Result<(OwnedFd, FileStat)> {
        let (descriptor, facts) = self.open_any(tools, entry).await?;
        check_version(entry, &facts)?;
        Ok((descriptor, facts))
    }

    /// Opens whatever version is there now.
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
        let (pages, listed) = mpsc::channel(PAGES_AHEAD);
        let list = move || match &self.selection {
            // Nothing comes after the only one.
            LocalSelection::One(_) if scope.after.is_some() => {}
            LocalSelection::One(name) if scope.ends_before(name) => {}
            LocalSelection::One(name) => {
                // A listener that has gone called the run off.
                let _unheard = pages.blocking_send(self.list_one(name));
            }
            LocalSelection::Matching(pattern) => {
                let root = PathBuf::from(self.root.path());
                FolderListing {
                    root,
                    pattern: pattern.clone(),
                    scope,
                    attributes: self.attributes,
                    own_files: &self.own_files,
                    pages,
                }
                .run();
            }
        };
        // Without the thread the channel is empty and closed, and the run says that it listed nothing.
        let _started = std::thread::Builder::new().name("list".into()).spawn(list);
        listed
    }

    fn can_resume(&self, scope: &ListScope) -> bool {
        let is_one = matches!(self.selection, LocalSelection::One(_));
        is_one || scope.after.is_none() || scope.marker.as_deref() == Some(ORDER)
    }

    fn find<'a>(
        &'a self,
        _tools: &'a Tools,
        name: &'a EntryName,
        _snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
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
                    Ok(Some(entry_of(name.clone(), &facts)))
                }
                Ok(_) => Ok(None),
                Err(error) if is_gone(&error) => Ok(None),
                Err(error) => {
                    let doing = format!("cannot examine `{}`", path.display());
                    Err(transport::Error::disk(doing, &error).into())
                }
            }
        })
    }

    fn has<'a>(&'a self, _tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async move { Ok(self.root.path().join(path_of(name)).exists()) })
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
                // It is there, so it was left out.
                LocalSelection::One(_) => Some(NothingSelected::Attributes),
                LocalSelection::Matching(pattern) => {
                    nothing::cause(self.root.path(), pattern, selection)
                }
            })
        })
    }

    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async move {
            let (descriptor, facts) = self.open_any(tools, entry).await?;
            if facts.bytes != entry.bytes {
                check_version(entry, &facts)?;
            }
            let file = self.root.reading(descriptor, &facts, &entry.name).await?;
            check_version(entry, &facts)?;
            let reader: Arc<dyn Reader> = Arc::new(LocalReader {
                file,
                entry: entry.clone(),
            });
            Ok(reader)
        })
    }
}

/// What is no longer than this is read as a whole: there is nothing to gain.
const SLICED_BYTES_MIN: u64 = 256 * 1024;

/// The same around the page cache, where slices ahead of each request take more memory than usual blocks, and its first use
/// costs more than they save: 0.31 s of processor time for each GiB with blocks of 4 MiB instead of 0.24.
const DIRECT_SLICED_BYTES_MIN: u64 = 8 * 1024 * 1024;

struct LocalReader {
    file: File,
    entry: Entry,
}

impl Reader for LocalReader {
    fn read<'a>(&'a self, tools: &'a Tools, chunk: Chunk, into: Lease) -> Step<'a, Result<Lease>> {
        Box::pin(async move {
            let lease = self
                .file
                .read_at(&tools.disk, into, chunk.offset, chunk.bytes as usize)
                .await
                .map_err(|error| {
                    transport::Error::disk(
                        format_args!("cannot read `{}`", self.entry.name),
                        &error,
                    )
                })?;
            if (lease.filled() as u64) < chunk.bytes {
                return Err(Error::Changed(format!(
                    "`{}` became shorter while it was read",
                    self.entry.name
                )));
            }
            Ok(lease)
        })
    }

    fn slices(&self, tools: &Tools, chunk: Chunk) -> Option<FileSlices> {
        let through = (&tools.disk, &tools.pool);
        let shown = self.entry.name.to_string();
        let least = if self.file.is_direct() {
            DIRECT_SLICED_BYTES_MIN
        } else {
            SLICED_BYTES_MIN
        };
        (chunk.bytes > least)
            .then(|| FileSlices::new(&self.file, through, chunk.offset, chunk.bytes, shown))
    }

    fn finish<'a>(&'a self, _tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let facts = self.file.stat().map_err(|error| {
                transport::Error::disk(format_args!("cannot examine `{}`", self.entry.name), &error)
            })?;
            check_version(&self.entry, &facts)
        })
    }
}

/// The file must be the one that was listed: same inode, same length, same modification time.
pub(super) fn check_version(entry: &Entry, facts: &FileStat) -> Result<()> {
    let now = Version::Local {
        modified_ns: facts.modified_ns,
        inode: facts.inode,
    };
    if now == entry.version && facts.bytes == entry.bytes {
        return Ok(());
    }
    let name = &entry.name;
    let what = if facts.bytes == entry.bytes {
        format!("`{name}` was modified since it was listed")
    } else {
        format!(
            "`{name}` had {} bytes when it was listed and has {} now",
            entry.bytes, facts.bytes
        )
    };
    Err(Error::Changed(what))
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

/// There is nothing of this name, not even a folder that it would be in.
fn is_gone(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

fn path_of(name: &EntryName) -> &Path {
    Path::new(OsStr::from_bytes(name.as_bytes()))
}
