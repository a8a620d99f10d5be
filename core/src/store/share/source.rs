//! Files as a source: a share, a directory or a single file.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::mpsc::Sender;

use super::list::{ShareListing, list_directories};
use super::nothing;
use super::origin;
use super::read_options::ShareReadOptions;
use super::reader::FileRanges;
use super::single;
use super::valid_ranges;
use crate::entry::{ETag, Entry, EntryName};
use crate::location::ShareLocation;
use crate::options::Selection;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::select::Filter;
use crate::store::rest::listed_version::listed_version;
use crate::store::rest::ranged_reader::RangedReader;
use crate::store::rest::source_access::SourceAccess;
use crate::store::source::start_listing;
use crate::store::{ListScope, Origin, Page, Pages, Reader, Source, Step, Tools};
use crate::{Error, Result};

/// Files to copy from.
pub struct ShareSource {
    place: Arc<ShareLocation>,
    selection: FileSelection,
    read_options: ShareReadOptions,
    with_md5: Arc<AtomicBool>,
    access: SourceAccess,
    filter: Arc<Filter>,
}

/// The selected files.
enum FileSelection {
    /// One file, already inspected.
    One(Box<Entry>),
    /// The file of this name, which is found out by the listing.
    Named(EntryName),
    /// The files in the directory and below it.
    All,
    /// No file: the command has neither a pattern nor the sub-directories.
    Nothing,
}

impl ShareSource {
    /// The files of a share or directory that are selected. A pattern is the name of one file; without
    /// it all files are selected, if those below directories are.
    pub fn directory(
        place: ShareLocation,
        selection: &Selection,
        read_options: ShareReadOptions,
    ) -> Self {
        let pattern = selection.pattern.as_deref();
        let selection = match pattern.filter(|text| !text.is_empty()) {
            Some(name) => FileSelection::Named(EntryName::from(name)),
            None if selection.recursive => FileSelection::All,
            None => FileSelection::Nothing,
        };
        Self::new(place, selection, read_options)
    }

    /// A single file. Its full name is `place.full_name` of the entry's name.
    pub fn file(place: ShareLocation, entry: Entry, read_options: ShareReadOptions) -> Self {
        let entry = read_options.trimmed(entry);
        Self::new(place, FileSelection::One(Box::new(entry)), read_options)
    }

    fn new(place: ShareLocation, selection: FileSelection, read_options: ShareReadOptions) -> Self {
        Self {
            access: SourceAccess::own(&place.account_place),
            place: Arc::new(place),
            selection,
            read_options,
            with_md5: Arc::new(AtomicBool::new(read_options.md5)),
            filter: Arc::default(),
        }
    }

    /// The same, with only the files that this filter selects.
    #[must_use]
    pub fn filtering(self, filter: Arc<Filter>) -> Self {
        Self { filter, ..self }
    }

    /// The target's service may read them with the key of its own requests, if this is set. It needs no
    /// signature then.
    pub fn opening_to_target(self, opens_to_target: bool) -> Self {
        if !opens_to_target {
            return self;
        }
        Self {
            access: SourceAccess::OpenToTarget,
            ..self
        }
    }

    /// The file of this name, if it exists.
    async fn look(&self, tools: &Tools, name: &EntryName) -> Result<Option<Entry>> {
        let found = single::find(tools, &self.place, name).await?;
        Ok(found.map(|entry| self.read_options.trimmed(entry)))
    }

    /// The full name of the file, and the version that was listed.
    fn identity<'a>(&self, entry: &'a Entry) -> Result<(String, &'a ETag)> {
        let (name, etag) = listed_version(entry)?;
        Ok((self.place.full_name(name), etag))
    }
}

impl Source for ShareSource {
    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages {
        let tools = tools.clone();
        start_listing(|pages| async move {
            match &self.selection {
                FileSelection::All => {
                    let listing = ShareListing {
                        place: ShareLocation::clone(&self.place),
                        read_options: self.read_options,
                        filter: Arc::clone(&self.filter),
                    };
                    listing.run(tools, scope, pages).await;
                }
                FileSelection::One(entry) if scope.has_single(&entry.name) => {
                    let entry = Entry::clone(entry);
                    let selected = Some(entry).filter(|entry| self.filter.selects(entry));
                    send_single(Ok(selected), &pages).await;
                }
                FileSelection::Named(name) if scope.has_single(name) => {
                    let found = self.look(&tools, name).await;
                    let selected =
                        found.map(|found| found.filter(|entry| self.filter.selects(entry)));
                    send_single(selected, &pages).await;
                }
                FileSelection::One(_) | FileSelection::Named(_) | FileSelection::Nothing => {}
            }
        })
    }

    fn list_directories(self: Arc<Self>, tools: &Tools) -> Option<Pages> {
        match &self.selection {
            FileSelection::All if self.read_options.smb => {
                let tools = tools.clone();
                Some(start_listing(async move |pages| {
                    list_directories(&self.place, &tools, &self.filter, pages).await;
                }))
            }
            FileSelection::All
            | FileSelection::One(_)
            | FileSelection::Named(_)
            | FileSelection::Nothing => None,
        }
    }

    fn can_begin_at_names(&self) -> bool {
        matches!(self.selection, FileSelection::All)
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        _snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(self.look(tools, name))
    }

    fn has<'a>(&'a self, tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async move { Ok(single::find(tools, &self.place, name).await?.is_some()) })
    }

    fn selects(&self, name: &EntryName) -> bool {
        let is_named = match &self.selection {
            FileSelection::All => true,
            FileSelection::One(entry) => entry.name == *name,
            FileSelection::Named(named) => named == name,
            FileSelection::Nothing => false,
        };
        is_named && self.filter.selects_name(name.as_bytes())
    }

    fn digest<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<[u8; 16]>>> {
        Box::pin(async move {
            // No listing has it.
            let found = single::find(tools, &self.place, &entry.name).await?;
            let found = found.filter(|found| found.version == entry.version);
            Ok(found.and_then(|found| found.md5))
        })
    }

    fn is_incomplete(&self, entry: &Entry) -> bool {
        self.read_options.lacks_details(entry)
    }

    fn complete<'a>(&'a self, tools: &'a Tools, entry: Entry) -> Step<'a, Result<Entry>> {
        Box::pin(async move {
            let name = &entry.name;
            let found = self.look(tools, name).await?;
            let found = found
                .ok_or_else(|| Error::Changed(format!("`{name}` is gone since it was listed")))?;
            if found.version != entry.version {
                return Err(Error::Changed(format!(
                    "`{name}` was overwritten since it was listed"
                )));
            }
            Ok(found)
        })
    }

    fn extents<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async move {
            let (name, etag) = self.identity(entry)?;
            valid_ranges::extents(tools, &self.place, &name, entry, etag)
                .await
                .map(Some)
        })
    }

    fn origin(&self, tools: &Tools, entry: &Entry) -> Result<Option<Origin>> {
        let (name, _) = self.identity(entry)?;
        let now = tools.client.clock().now();
        origin::origin(&self.place, &name, &self.access, now).map(Some)
    }

    fn why_nothing<'a>(
        &'a self,
        tools: &'a Tools,
        selection: &'a Selection,
    ) -> Step<'a, Result<Option<NothingSelected>>> {
        Box::pin(async move {
            nothing::cause(tools, &self.place, selection)
                .await
                .map(Some)
        })
    }

    fn open<'a>(
        &'a self,
        _tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Arc<dyn Reader>>> {
        Box::pin(async move {
            let (name, etag) = self.identity(entry)?;
            let ranges = FileRanges {
                place: Arc::clone(&self.place),
                name,
                etag: etag.clone(),
                bytes: entry.bytes,
            };
            Ok(RangedReader::open(ranges, &self.with_md5))
        })
    }
}

/// Sends the page of the only file, where there is one.
async fn send_single(found: Result<Option<Entry>>, pages: &Sender<Result<Page>>) {
    let page = found.map(|found| Page {
        entries: found.into_iter().collect(),
        ..Page::default()
    });
    // The consumer has gone when the run was stopped.
    let _is_received = pages.send(page).await;
}
