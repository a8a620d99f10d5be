//! One page: from the service's XML to the selected entries.

use std::cmp::Ordering;

use bytes::Bytes;

use super::cut_points::NameSample;
use super::listing::BlobListing;
use super::order::Order;
use super::service::Service;
use super::versions::Versions;
use crate::Result;
use crate::entry::{Entry, EntryName, Layout, Version};
use crate::store::blob::properties::kind;
use crate::store::blob::request::list_blobs::{self, BlobParts, ListedBlob};
use crate::store::blob::snapshot::Labels;
use crate::store::listing::NameRange;
use crate::store::rest::continuation::Continuation;
use crate::store::rest::document::read_or_fetch_again;
use crate::store::rest::malformed;
use crate::store::rest::page::{self, Marker};
use crate::store::rest::page_feed::read_aside;

/// The contents of a page.
pub(super) struct PageContents {
    /// The selected entries.
    pub(super) entries: Vec<Entry>,
    /// The number of blobs, selected or not.
    pub(super) count: usize,
    /// The full names of some blobs, selected or not, at equal distances.
    pub(super) sample: Vec<Box<str>>,
    /// The full name of the first blob, selected or not; `None` for an empty page.
    pub(super) first: Option<Box<str>>,
    /// The full name of the last one.
    pub(super) last: Option<Box<str>>,
    /// Where the next page begins; `None` where there is none, or where its names are not needed.
    pub(super) next: Option<Marker>,
}

/// The names that a page was requested for.
#[derive(Clone, Copy)]
pub(super) struct PageScope<'a> {
    /// The beginning of every name.
    pub(super) prefix: &'a str,
    /// The names that are read.
    pub(super) range: &'a NameRange,
    pub(super) service: &'a Service,
}

/// What the reading of pages keeps from page to page.
pub(super) struct PageMemory {
    labels: Labels,
    versions: Versions,
    continuation: Continuation,
}

impl PageMemory {
    /// For the pages from this marker on.
    pub(super) fn of(first: Option<&Marker>) -> Self {
        Self {
            labels: Labels::default(),
            versions: Versions::default(),
            continuation: Continuation::from(first),
        }
    }
}

/// Checks the names of a page, and finds the first one after the end.
#[derive(Debug)]
pub(super) struct Bounds {
    prefix: Box<str>,
    range: NameRange,
    order: Order,
    /// The names came in an order that services use.
    is_ordered: bool,
    /// The name before.
    before: String,
    /// What is wrong with the first name that the page must not have.
    fault: Option<String>,
    /// The name of which it is not known whether it comes before the end.
    doubt: Option<Box<str>>,
}

impl Bounds {
    fn new(scope: PageScope<'_>, before: &str) -> Self {
        Self {
            prefix: scope.prefix.into(),
            range: scope.range.clone(),
            order: scope.service.order.get(),
            is_ordered: true,
            before: before.to_owned(),
            fault: None,
            doubt: None,
        }
    }

    /// What is wrong with this name, which follows the one before.
    ///
    /// A service over a database sorts as the database does, which may ignore the case of letters. That
    /// is none of the known orders, but names that go back in it too are in no order.
    fn fault(&mut self, name: &str) -> Option<String> {
        if !name.starts_with(&*self.prefix) {
            return Some(format!(
                "the listing has the name `{}`, which does not begin with the requested prefix `{}`",
                name.escape_debug(),
                self.prefix.escape_debug()
            ));
        }
        if self.order.learn(&self.before, name) {
            return None;
        }
        self.is_ordered = false;
        let (before, after) = (self.before.to_lowercase(), name.to_lowercase());
        (before > after).then(|| {
            format!(
                "the names of the listing are not in order: `{}` comes before `{}`",
                self.before.escape_debug(),
                name.escape_debug()
            )
        })
    }

    /// Whether this name, which follows those before, is the first one after the end.
    fn is_after_end(&mut self, name: &str) -> bool {
        self.fault = self.fault(name);
        if self.fault.is_some() {
            return true;
        }
        self.before.clear();
        self.before.push_str(name);
        if !name.starts_with(&*self.range.scope) {
            return true;
        }
        let Some(until) = self.range.until.as_deref() else {
            return false;
        };
        let order = self.order.compare(name, until);
        if order.is_none() {
            self.doubt = Some(name.into());
        }
        order.is_none_or(Ordering::is_ge)
    }
}

impl BlobListing {
    /// Reads a page of these names. The first name after them ends the listing. A page that arrives
    /// damaged is requested again by `fetch`.
    pub(super) async fn read(
        &self,
        fetched: Result<Bytes>,
        fetch: impl AsyncFn() -> Result<Bytes>,
        scope: PageScope<'_>,
        memory: &mut PageMemory,
    ) -> Result<PageContents> {
        let directory = self.place.prefix();
        let before = memory.versions.name();
        let shown = || format!("the listing of `{}`", self.place.blob_url(scope.prefix));
        let parse = async |body| self.parse_within(body, scope, before).await;
        let mut listed = read_or_fetch_again(shown, fetched, fetch, parse).await?;
        let (entries, next) = (listed.entries.len(), listed.next.as_ref());
        memory.continuation.page("the listing", entries, next)?;
        if listed.entries.iter().any(|blob| blob.has_resource_type) {
            scope.service.is_hierarchical.set(true);
        }
        let count = listed.entries.len();
        let first = listed.entries.first().map(|blob| blob.name.clone());
        let last = listed.entries.last().map(|blob| blob.name.clone());
        let sample = listed.entries.iter().step_by(NameSample::stride(count));
        let sample = sample.map(|blob| blob.name.clone()).collect();
        // Some servers list the snapshots of a blob in another order than Azure does.
        for versions in listed
            .entries
            .chunk_by_mut(|one, other| one.name == other.name)
        {
            versions.sort_by(|one, other| {
                let age = |blob: &ListedBlob| (blob.snapshot.is_none(), blob.snapshot.clone());
                age(one).cmp(&age(other))
            });
        }
        memory.versions.drop_repeated(&mut listed.entries);
        let labels = &mut memory.labels;
        let entries = listed
            .entries
            .into_iter()
            .filter_map(|blob| self.entry(blob, &directory, labels).transpose())
            .collect::<Result<_>>()?;
        Ok(PageContents {
            entries,
            count,
            sample,
            first,
            last,
            next: listed.next,
        })
    }

    /// Parses the page up to the end of these names. Asks the service where the known order does not show
    /// which names come after the end.
    async fn parse_within(
        &self,
        body: Bytes,
        scope: PageScope<'_>,
        before: &str,
    ) -> Result<page::ListedPage<ListedBlob>> {
        let PageScope { range, service, .. } = scope;
        let parts = self.parts();
        loop {
            let mut bounds = Bounds::new(scope, before);
            let read = move |body: &[u8]| {
                let page = list_blobs::parse_until(body, parts, |name| bounds.is_after_end(name));
                page.map(|page| (page, bounds))
            };
            let (page, bounds) = read_aside(body.clone(), read).await?;
            if let Some(fault) = bounds.fault {
                return Err(malformed(fault));
            }
            if bounds.is_ordered {
                service.order.set(bounds.order);
            } else if range.from.is_some() || range.until.is_some() {
                return Err(malformed("the names of the listing are not in order"));
            } else {
                // A listing in an unknown order cannot be cut by names.
                service.begins_at_names.set(Some(false));
            }
            let Some(name) = bounds.doubt else {
                return Ok(page);
            };
            service.ask_order(range, &name).await?;
        }
    }

    /// What is read of each blob.
    pub(super) fn parts(&self) -> BlobParts {
        BlobParts {
            // The true time of a blob is in its metadata.
            carries: self.read_options.carries || self.filter.judges_time(),
            facts: self.read_options.facts,
        }
    }

    /// The blob as an entry, if it is selected.
    pub(super) fn entry(
        &self,
        blob: ListedBlob,
        directory: &str,
        labels: &mut Labels,
    ) -> Result<Option<Entry>> {
        let Some(relative) = blob.name.strip_prefix(directory) else {
            return Ok(None);
        };
        if !self.pattern.matches(relative.as_bytes()) {
            return Ok(None);
        }
        let snapshot = match blob.snapshot {
            Some(id) => Some(Box::new(labels.label(&blob.name, id)?)),
            None => None,
        };
        let mut entry = self.read_options.with_kind(Entry {
            name: EntryName::from(relative),
            bytes: blob.bytes,
            modified: blob.modified,
            version: Version::Service(blob.etag),
            md5: blob.md5,
            kind: kind(blob.blob_type, blob.is_folder),
            carried: blob.carried,
            snapshot,
            smb: None,
            archive: blob.archive,
        });
        let is_own_mark = entry.kind == Layout::Folder && relative.is_empty();
        if is_own_mark && !self.read_options.own_mark || !self.filter.selects(&entry) {
            return Ok(None);
        }
        entry.carried.take_if(|_| !self.read_options.carries);
        Ok(Some(entry))
    }
}
