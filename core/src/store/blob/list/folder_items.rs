//! What is in one folder of an account with a hierarchical namespace: blobs and folders, page by page, in the
//! order of the bytes of their names.
//!
//! Such an account sorts a folder by its name, and the names in it begin with the name and a slash. So
//! `a/` belongs after `a-b`, although the service lists `a` first. A folder is therefore held until a page
//! ends with a name that does not begin like it. Such folders are few: each is the beginning of the next.

use bytes::Bytes;

use super::container::{PageQuery, QueryKind};
use super::late_names::may_differ;
use super::listing::BlobListing;
use super::service::Service;
use crate::Result;
use crate::entry::{Entry, Layout};
use crate::store::blob::request::list_blobs;
use crate::store::blob::snapshot::Labels;
use crate::store::rest::continuation::Continuation;
use crate::store::rest::document::read_or_fetch_again;
use crate::store::rest::malformed;
use crate::store::rest::page::Marker;
use crate::store::rest::page_feed::read_aside;

/// The most items that are held. More of them are passed on as they were listed, and the comparison finds
/// them in the wrong order.
const HELD_MAX: usize = 100_000;

/// A blob or a folder.
pub(super) struct ListedItem {
    /// Its full name; that of a folder ends with a slash.
    pub(super) name: Box<str>,
    /// The blob, or the mark of a folder; `None` for what is in a folder.
    pub(super) entry: Option<Entry>,
}

impl ListedItem {
    fn is_mark(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_some_and(|entry| entry.kind == Layout::Folder)
    }
}

/// The items of one folder so far.
pub(super) struct FolderItems<'a> {
    listing: &'a BlobListing,
    service: &'a Service,
    /// The beginning of every name.
    prefix: &'a str,
    labels: Labels,
    continuation: Continuation,
    held: Vec<ListedItem>,
    /// The last item that was returned.
    last: Box<str>,
}

impl<'a> FolderItems<'a> {
    pub(super) fn new(listing: &'a BlobListing, service: &'a Service, prefix: &'a str) -> Self {
        Self {
            listing,
            service,
            prefix,
            labels: Labels::default(),
            continuation: Continuation::from(None),
            held: Vec::new(),
            last: Box::default(),
        }
    }

    /// Requests the page after this marker.
    pub(super) async fn fetch(
        service: &Service,
        prefix: &str,
        after: Option<&Marker>,
    ) -> Result<Bytes> {
        let query = PageQuery {
            prefix,
            from: None,
            after,
            kind: QueryKind::Folder,
        };
        service.container.page(query).await
    }

    /// Reads the page after this marker. Returns the items whose place is known, and where the next page
    /// begins, if there is one.
    pub(super) async fn read(
        &mut self,
        body: Result<Bytes>,
        after: Option<&Marker>,
    ) -> Result<(Vec<ListedItem>, Option<Marker>)> {
        let (listing, service, prefix) = (self.listing, self.service, self.prefix);
        let shown = || format!("the listing of `{}`", listing.place.blob_url(prefix));
        let fetch = async || Self::fetch(service, prefix, after).await;
        let parts = listing.parts();
        let read = async |body| {
            read_aside(body, move |body: &[u8]| {
                list_blobs::parse_folder(body, parts)
            })
            .await
        };
        let page = read_or_fetch_again(shown, body, fetch, read).await?;
        let count = page.entries.len() + page.prefixes.len();
        self.continuation
            .page("the listing", count, page.next.as_ref())?;
        let last_blob = page.entries.last().map(|blob| blob.name.clone());
        let last_folder = page.prefixes.last().cloned();
        let directory = listing.place.prefix();
        for blob in page.entries {
            let name = self.checked(&blob.name)?;
            let entry = listing.entry(blob, &directory, &mut self.labels)?;
            self.held.extend(entry.map(|entry| ListedItem {
                name,
                entry: Some(entry),
            }));
        }
        for folder in page.prefixes {
            let name = self.checked(&folder)?;
            self.held.push(ListedItem { name, entry: None });
        }
        self.held.sort_by(|one, other| one.name.cmp(&other.name));
        let mut ready = std::mem::take(&mut self.held);
        if page.next.is_some() && ready.len() <= HELD_MAX {
            let last = [last_blob.as_deref(), last_folder.as_deref()];
            let first = ready.iter().position(|item| {
                let mut last = last.iter().copied().flatten();
                last.any(|last| may_be_followed(&item.name, last))
            });
            self.held = ready.split_off(first.unwrap_or(ready.len()));
        }
        // A service may list a folder where its name with the slash belongs. Its mark, which is only its name,
        // then comes too late, and is left out: no comparison deletes a mark.
        ready.retain(|item| !item.is_mark() || item.name > self.last);
        if let Some(last) = ready.last() {
            self.last.clone_from(&last.name);
        }
        Ok((ready, page.next))
    }

    /// The name, which must begin with the prefix.
    fn checked(&self, name: &str) -> Result<Box<str>> {
        if name.starts_with(self.prefix) {
            return Ok(name.into());
        }
        Err(malformed(format_args!(
            "the listing has the name `{}`, which does not begin with the requested prefix `{}`",
            name.escape_debug(),
            self.prefix.escape_debug()
        )))
    }
}

/// Whether a name that is listed after `last` may belong before this item.
fn may_be_followed(item: &str, last: &str) -> bool {
    let folder = item.strip_suffix('/');
    folder.is_some_and(|folder| last.starts_with(folder)) || may_differ(item, last)
}
