//! Blobs as a source: a container, a virtual directory or a single blob.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;

use super::account::AccountListing;
use super::list::BlobListing;
use super::nothing;
use super::open::add_tags;
use super::origin;
use super::page_ranges;
use super::read_options::BlobReadOptions;
use super::reader::BlobRanges;
use super::request::head_blob;
use super::single::{entry, find};
use super::version;
use crate::entry::{ETag, Entry, EntryName, LabelPlace, Layout, VERSION_MARK};
use crate::location::BlobLocation;
use crate::options::Selection;
use crate::plan::extents::Extents;
use crate::report::NothingSelected;
use crate::select::{Filter, Pattern, PatternRule, VersionList};
use crate::store::rest::listed_version::listed_version;
use crate::store::rest::missing::send_or_missing;
use crate::store::rest::ranged_reader::RangedReader;
use crate::store::rest::source_access::SourceAccess;
use crate::store::source::{PAGES_AHEAD, start_listing};
use crate::store::{ListScope, Origin, Page, Pages, Reader, Source, Step, Tools};
use crate::{Error, Result};

/// Versions that are looked up at once.
const VERSIONS_IN_FLIGHT_MAX: usize = 16;

/// Blobs to copy from.
pub struct BlobSource {
    place: Arc<BlobLocation>,
    selection: BlobSelection,
    read_options: BlobReadOptions,
    with_crc64: Arc<AtomicBool>,
    access: SourceAccess,
    filter: Arc<Filter>,
}

/// The selected blobs.
enum BlobSelection {
    /// One blob, already inspected.
    One(Box<Entry>),
    /// The blobs below the virtual directory that match.
    Matching(Pattern),
    /// Versions of one blob.
    Versions(EntryName, Arc<VersionList>),
}

impl BlobSource {
    /// The blobs of a container or virtual directory that match.
    pub fn directory(place: BlobLocation, pattern: Pattern, options: BlobReadOptions) -> Self {
        Self::new(place, BlobSelection::Matching(pattern), options)
    }

    /// A single blob. Its full name is `place.full_name` of the entry's name.
    pub fn blob(place: BlobLocation, entry: Entry, options: BlobReadOptions) -> Self {
        Self::new(place, BlobSelection::One(Box::new(entry)), options)
    }

    /// Versions of the blob of this name. Its full name is `place.full_name` of the name.
    pub fn versions(
        place: BlobLocation,
        name: EntryName,
        list: Arc<VersionList>,
        options: BlobReadOptions,
    ) -> Self {
        Self::new(place, BlobSelection::Versions(name, list), options)
    }

    fn new(place: BlobLocation, selection: BlobSelection, options: BlobReadOptions) -> Self {
        Self {
            access: SourceAccess::own(&place.account_place),
            place: Arc::new(place),
            selection,
            read_options: options,
            with_crc64: Arc::new(AtomicBool::new(options.crc64)),
            filter: Arc::default(),
        }
    }

    /// The same, with only the blobs that this filter selects.
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
}

impl Source for BlobSource {
    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages {
        let place = BlobLocation::clone(&self.place);
        match &self.selection {
            BlobSelection::One(entry) => {
                let (pages, listed) = mpsc::channel(PAGES_AHEAD);
                if scope.has_single(&entry.name) && self.filter.selects(entry) {
                    let page = Page {
                        entries: vec![Entry::clone(entry)],
                        ..Page::default()
                    };
                    let _fits = pages.try_send(Ok(page));
                }
                listed
            }
            BlobSelection::Versions(..) => {
                let tools = tools.clone();
                start_listing(|pages| async move {
                    // The consumer has gone when the run was stopped.
                    let _is_received = pages.send(self.listed_versions(&tools, &scope).await).await;
                })
            }
            BlobSelection::Matching(pattern) if place.is_account() => {
                let listing = AccountListing {
                    place,
                    pattern: pattern.clone(),
                    filter: Arc::clone(&self.filter),
                    read_options: self.read_options,
                };
                start_listing(|pages| listing.run(tools.clone(), scope, pages))
            }
            BlobSelection::Matching(pattern) => {
                let listing = self.listing(pattern);
                start_listing(|pages| listing.run(tools.clone(), scope, pages))
            }
        }
    }

    fn list_by_bytes(self: Arc<Self>, tools: &Tools) -> Pages {
        match &self.selection {
            BlobSelection::Matching(pattern) if !self.place.is_account() => {
                let listing = self.listing(pattern);
                start_listing(|pages| listing.run_by_bytes(tools.clone(), pages))
            }
            BlobSelection::Matching(_) | BlobSelection::One(_) | BlobSelection::Versions(..) => {
                self.list(tools, ListScope::default())
            }
        }
    }

    fn list_directories(self: Arc<Self>, tools: &Tools) -> Option<Pages> {
        let is_asked = self.read_options.directories;
        match self.selection {
            BlobSelection::Matching(_) if is_asked => {}
            BlobSelection::Matching(_) | BlobSelection::One(_) | BlobSelection::Versions(..) => {
                return None;
            }
        }
        let mut listed = self.list(tools, ListScope::default());
        Some(start_listing(|pages| async move {
            while let Some(mut page) = listed.recv().await {
                if let Ok(page) = &mut page {
                    page.entries.retain(|entry| entry.kind == Layout::Folder);
                }
                // The consumer has gone when the run was stopped.
                if pages.send(page).await.is_err() {
                    return;
                }
            }
        }))
    }

    fn can_begin_at_names(&self) -> bool {
        matches!(self.selection, BlobSelection::Matching(_))
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
            let Some(name) = name.as_str() else {
                return Ok(None);
            };
            match snapshot {
                None => {
                    let found = find(tools, &self.place, &self.place.full_name(name)).await?;
                    let has_tags = found.as_ref().is_some_and(|(found, _)| found.has_tags);
                    let mut found = found.map(|(properties, carried)| {
                        let found = entry(name, properties, carried);
                        self.read_options.with_kind(found)
                    });
                    if let Some(found) = &mut found
                        && (self.read_options.tags || self.read_options.announced_tags && has_tags)
                    {
                        let full_name = self.place.full_name(name);
                        add_tags(tools, &self.place, &full_name, found).await?;
                    }
                    Ok(found)
                }
                Some(id) if id.starts_with(VERSION_MARK) => {
                    let id = id.strip_prefix(VERSION_MARK).unwrap_or(id);
                    let full_name = self.place.full_name(name);
                    let names = (&*full_name, name);
                    let label = self.label_of_versions();
                    version::find(tools, &self.place, names, id, label).await
                }
                Some(id) => {
                    let (place, own_name) = self.place.container_of(name);
                    let own_name = if self.place.is_account() {
                        &own_name
                    } else {
                        name
                    };
                    let listing = BlobListing {
                        place,
                        pattern: Pattern::new(Some(own_name), PatternRule::Exact)?,
                        filter: Arc::default(),
                        read_options: self.read_options,
                    };
                    let found = listing.snapshot(tools, id).await?;
                    Ok(found.map(|entry| Entry {
                        name: name.into(),
                        ..entry
                    }))
                }
            }
        })
    }

    fn has<'a>(&'a self, tools: &'a Tools, name: &'a EntryName) -> Step<'a, Result<bool>> {
        Box::pin(async move {
            let Some(name) = name.as_str() else {
                return Ok(false);
            };
            let request = head_blob::request(&self.place, &self.place.full_name(name));
            Ok(send_or_missing(tools, &request).await?.is_some())
        })
    }

    fn selects(&self, name: &EntryName) -> bool {
        // The rules are about the names in a container.
        let mut own_name = name.as_bytes();
        if self.place.is_account() {
            let slash = own_name.iter().position(|&byte| byte == b'/');
            own_name = slash.map_or(b"", |slash| &own_name[slash + 1..]);
        }
        let is_named = match &self.selection {
            BlobSelection::One(entry) => entry.name == *name,
            BlobSelection::Versions(of, _) => of == name,
            BlobSelection::Matching(pattern) => pattern.matches(own_name),
        };
        is_named && self.filter.selects_name(own_name)
    }

    fn extents<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<Extents>>> {
        Box::pin(async move {
            if entry.kind != Layout::Pages {
                return Ok(None);
            }
            let (name, etag) = self.identity(entry)?;
            page_ranges::extents(tools, &self.place, &name, entry, etag)
                .await
                .map(Some)
        })
    }

    fn origin(&self, tools: &Tools, entry: &Entry) -> Result<Option<Origin>> {
        let (name, etag) = self.identity(entry)?;
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let now = tools.client.clock().now();
        let version = (&*name, etag);
        origin::origin(&self.place, version, snapshot, &self.access, now).map(Some)
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
            let ranges = BlobRanges {
                place: Arc::clone(&self.place),
                name,
                etag: etag.clone(),
                bytes: entry.bytes,
                snapshot: entry.snapshot.clone(),
            };
            Ok(RangedReader::open(ranges, &self.with_crc64))
        })
    }
}

impl BlobSource {
    /// The listing of the blobs of the container that match.
    fn listing(&self, pattern: &Pattern) -> BlobListing {
        BlobListing {
            place: BlobLocation::clone(&self.place),
            pattern: pattern.clone(),
            filter: Arc::clone(&self.filter),
            read_options: self.read_options,
        }
    }

    /// The listed versions in this scope, as one page. Versions that do not exist are named.
    async fn listed_versions(&self, tools: &Tools, scope: &ListScope) -> Result<Page> {
        let BlobSelection::Versions(name, list) = &self.selection else {
            return Ok(Page::default());
        };
        let passed = scope.after.as_ref().and_then(|(_, id)| id.as_deref());
        let passed = passed.and_then(|id| id.strip_prefix(VERSION_MARK));
        let own_name = name.as_str().unwrap_or_default();
        let full_name = self.place.full_name(own_name);
        let names = (&*full_name, own_name);
        let ids = list.ids().iter();
        let ids = ids.filter(|id| passed.is_none_or(|passed| ***id > *passed));
        let mut found = stream::iter(ids)
            .map(async |id| {
                let found = version::find(tools, &self.place, names, id, list.label()).await;
                (id, found)
            })
            .buffered(VERSIONS_IN_FLIGHT_MAX);
        let mut page = Page::default();
        while let Some((id, found)) = found.next().await {
            match found {
                Ok(Some(entry)) if self.filter.selects(&entry) => page.entries.push(entry),
                Ok(Some(_)) => {}
                Ok(None) => {
                    let text = format!("`{name}` has no version `{id}`");
                    page.unfound.push((name.clone(), Error::NotFound(text)));
                }
                Err(error) if error.ends_run() => return Err(error),
                Err(error) => page.unfound.push((name.clone(), error)),
            }
        }
        Ok(page)
    }

    fn label_of_versions(&self) -> LabelPlace {
        match &self.selection {
            BlobSelection::Versions(_, list) => list.label(),
            BlobSelection::One(_) | BlobSelection::Matching(_) => LabelPlace::Nowhere,
        }
    }

    /// The full name of the blob, and the version that was listed.
    fn identity<'a>(&self, entry: &'a Entry) -> Result<(String, &'a ETag)> {
        let (name, etag) = listed_version(entry)?;
        Ok((self.place.full_name(name), etag))
    }
}
