//! The listing of one container, from its scope to its pages.

use std::cmp::Ordering;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::container::{Container, PageQuery, QueryKind, Remote};
use super::order::Order;
use super::page::{PageMemory, PageScope};
use super::service::Service;
use super::window::PartWindow;
use crate::entry::{Entry, EntryName};
use crate::location::BlobLocation;
use crate::select::{Filter, Pattern};
use crate::store::blob::read_options::BlobReadOptions;
use crate::store::listing::{Bookmark, NameRange, PagePosition, ResumePoint, snapshot_id};
use crate::store::{ListScope, Page, Tools};
use crate::{Error, Result};

/// A listing of one container.
#[derive(Clone)]
pub(in crate::store::blob) struct BlobListing {
    /// The container or virtual directory.
    pub(in crate::store::blob) place: BlobLocation,
    /// The selected blobs, by their names below the virtual directory.
    pub(in crate::store::blob) pattern: Pattern,
    /// The blobs that are selected besides.
    pub(in crate::store::blob) filter: Arc<Filter>,
    /// What is read of them.
    pub(in crate::store::blob) read_options: BlobReadOptions,
}

impl BlobListing {
    /// Sends every page, until the last one or until the consumer has gone.
    ///
    /// A listing that resumes begins with its last page, without the entries up to its last entry.
    pub(in crate::store::blob) async fn run(
        self,
        tools: Tools,
        scope: ListScope,
        pages: Sender<Result<Page>>,
    ) {
        let container = Remote::new(&self.place, &tools, self.read_options);
        self.list(container, scope, pages).await;
    }

    pub(super) async fn list(
        self,
        container: Rc<dyn Container>,
        scope: ListScope,
        pages: Sender<Result<Page>>,
    ) {
        let root = self.prefix();
        let until = scope.until.map(|until| until.as_str().map(str::to_owned));
        if until == Some(None) {
            let what = "a listing of blobs cannot end at a name that is not UTF-8";
            let _is_received = pages.send(Err(Error::Usage(what.into()))).await;
            return;
        }
        let until = until.flatten();
        let folder = scope.folder.as_ref().and_then(EntryName::as_str);
        let bookmark = match scope.marker.as_deref() {
            None if folder.is_some() => folder.map(|folder| {
                let folder = self.place.full_name(folder);
                whole(&format!("{folder}/"))
            }),
            None if scope.from.is_some() => scope
                .from
                .as_ref()
                .and_then(|from| self.beginning_at(&root, from)),
            // Prefixes are in the order of bytes, which need not be the service's.
            None if until.is_some() => Some(whole(&root)),
            None => Some(self.beginning()),
            Some(text) => Bookmark::read(&root, text),
        };
        let Some(bookmark) = bookmark else {
            let what = "the journal has a position in the source that this version did not write";
            let _is_received = pages.send(Err(Error::Usage(what.into()))).await;
            return;
        };
        let service = Service::new(container);
        let resume_point = scope
            .after
            .and_then(|after| self.resume_point(&bookmark.position, after));
        let mut window = PartWindow::new(self, Rc::clone(&service), bookmark, resume_point);
        while let Some(next) = window.next().await {
            window.note_consumer(pages.capacity() == pages.max_capacity());
            let mut page = next.map(|(part_page, marker)| Page {
                entries: part_page.entries,
                marker,
                ..Page::default()
            });
            let is_last = match (&mut page, &until) {
                (Err(_), _) => true,
                (Ok(page), Some(until)) => {
                    cut_at_end(&mut page.entries, until, service.order.get())
                }
                (Ok(_), None) => false,
            };
            if pages.send(page).await.is_err() || is_last {
                return;
            }
        }
    }

    /// The names from this one on; `None` for a name that is not one of `root`.
    fn beginning_at(&self, root: &str, from: &EntryName) -> Option<Bookmark> {
        let from = self.place.full_name(from.as_str()?);
        let mut before = NameRange::whole(root);
        let range = from.starts_with(root).then(|| before.split_off(&from))?;
        Some(Bookmark {
            position: PagePosition::beginning(range),
            following: Vec::new(),
        })
    }

    /// The beginning of the whole listing: a part for each beginning of the selected names.
    pub(super) fn beginning(&self) -> Bookmark {
        let directory = self.place.prefix();
        let prefixes = self.filter.prefixes(self.pattern.prefix()).into_iter();
        let mut parts = prefixes.map(|prefix| NameRange::whole(&format!("{directory}{prefix}")));
        let first = parts.next();
        let first = first.unwrap_or_else(|| NameRange::whole(&self.prefix()));
        Bookmark {
            position: PagePosition::beginning(first),
            following: parts.collect(),
        }
    }

    /// The entry after which a listing resumes, if this part may have it. The names of a part never
    /// include names of an earlier part.
    fn resume_point(
        &self,
        position: &PagePosition,
        after: (EntryName, Option<Box<str>>),
    ) -> Option<ResumePoint> {
        let (name, snapshot) = after;
        let full_name = self.place.full_name(name.as_str()?);
        let from = position.range.from.as_deref();
        let order = from.map(|from| Order::default().compare(&full_name, from));
        let may_be_before = position.after.is_none() && order == Some(None);
        let is_before = order == Some(Some(Ordering::Less));
        let is_within = full_name.starts_with(&*position.range.scope) && !is_before;
        is_within.then_some(ResumePoint {
            name,
            snapshot,
            may_be_before,
        })
    }

    /// This snapshot of the one selected blob, if it is still there.
    pub(in crate::store::blob) async fn snapshot(
        self,
        tools: &Tools,
        id: &str,
    ) -> Result<Option<Entry>> {
        let container = Remote::new(&self.place, tools, self.read_options);
        let service = Service::new(Rc::clone(&container) as Rc<dyn Container>);
        let prefix = self.prefix();
        let range = NameRange::whole(&prefix);
        let mut after = None;
        let mut memory = PageMemory::of(None);
        loop {
            let query = PageQuery {
                prefix: &prefix,
                from: None,
                after: after.as_ref(),
                kind: QueryKind::Blobs,
            };
            let fetch = async || container.page(query).await;
            let scope = PageScope {
                prefix: &prefix,
                range: &range,
                service: &service,
            };
            let page = self.read(fetch().await, fetch, scope, &mut memory).await?;
            // A blob comes after its snapshots, and before other names with the same beginning.
            let is_last = page.entries.iter().any(|entry| entry.snapshot.is_none());
            let mut entries = page.entries.into_iter();
            let found = entries.find(|entry| snapshot_id(entry) == Some(id));
            if found.is_some() || is_last || page.next.is_none() {
                return Ok(found);
            }
            after = page.next;
        }
    }

    /// The beginning of the full name of every selected blob.
    pub(super) fn prefix(&self) -> String {
        format!("{}{}", self.place.prefix(), self.pattern.prefix())
    }
}

/// The beginning of a listing of all names with this prefix.
fn whole(prefix: &str) -> Bookmark {
    Bookmark {
        position: PagePosition::beginning(NameRange::whole(prefix)),
        following: Vec::new(),
    }
}

/// Keeps the entries before the end of the listing; returns whether the listing has reached its end.
///
/// An entry whose place is not known is kept: one entry too many loses nothing. The first entry that
/// is certainly at or after the end ends the listing, in any order of the service.
fn cut_at_end(entries: &mut Vec<Entry>, until: &str, order: Order) -> bool {
    let is_past = |entry: &Entry| {
        let order = entry
            .name
            .as_str()
            .and_then(|name| order.compare(name, until));
        order.is_some_and(Ordering::is_ge)
    };
    let end = entries.iter().position(is_past);
    entries.truncate(end.unwrap_or(entries.len()));
    end.is_some()
}
