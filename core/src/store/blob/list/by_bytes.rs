//! A listing in the order of the bytes of full names, for a comparison with another one.
//!
//! A service with a flat namespace lists in that order, up to late characters. One with a hierarchical
//! namespace lists folder by folder: `a/b` comes before `a-b`. The first page shows it. Its folders are then
//! listed one by one: what is in a folder with all its folders is one page in most cases, and is sorted here;
//! otherwise the folder's own items are listed, and each of its folders in the same way. Memory is bounded by
//! the pages of the folders that are open and of the few that are listed ahead.

use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::container::{Container, PageQuery, QueryKind, Remote};
use super::folder_items::{FolderItems, ListedItem};
use super::late_names::LateNames;
use super::listing::BlobListing;
use super::page::{PageMemory, PageScope};
use super::service::Service;
use super::window::PartWindow;
use crate::entry::Entry;
use crate::store::listing::NameRange;
use crate::store::source::panicked;
use crate::store::{Page, Step, Tools};
use crate::{Error, Result};

/// Folders whose first page is requested before it is their turn.
const FOLDERS_AHEAD: usize = 4;

/// Entries of one page for the consumer.
const PAGE_ENTRIES: usize = 1024;

impl BlobListing {
    /// Sends every page in the order of the bytes of full names, until the last one or until the consumer has
    /// gone.
    ///
    /// Where a service has another order than those that are known, the pages are in its order.
    pub(in crate::store::blob) async fn run_by_bytes(
        self,
        tools: Tools,
        pages: Sender<Result<Page>>,
    ) {
        let container = Remote::new(&self.place, &tools, self.read_options);
        self.list_by_bytes(container, pages).await;
    }

    pub(super) async fn list_by_bytes(
        self,
        container: Rc<dyn Container>,
        pages: Sender<Result<Page>>,
    ) {
        let service = Service::new(container);
        let beginning = self.beginning();
        let first = beginning.position.range.scope.clone();
        let following = beginning.following.iter().map(|range| range.scope.clone());
        let scopes: Vec<Box<str>> = std::iter::once(first).chain(following).collect();
        let mut window = PartWindow::new(self.clone(), Rc::clone(&service), beginning, None);
        let mut late = LateNames::default();
        while let Some(next) = window.next().await {
            if service.is_hierarchical.get() {
                drop(window);
                let listing = Rc::new(self);
                FolderWalk::new(listing, service, pages).run(scopes).await;
                return;
            }
            window.note_consumer(pages.capacity() == pages.max_capacity());
            let page = next.map(|(part_page, _)| page_of(late.order(part_page.entries)));
            let is_last = page.is_err();
            if pages.send(page).await.is_err() || is_last {
                return;
            }
        }
        let rest = late.rest();
        if !rest.is_empty() {
            // The consumer has gone when the run was stopped.
            let _is_received = pages.send(Ok(page_of(rest))).await;
        }
    }

    /// All entries whose names begin with `prefix`, in the order of their bytes; `None` where they are more than
    /// one page.
    async fn whole(&self, service: &Service, prefix: &str) -> Result<Option<Vec<Entry>>> {
        let query = PageQuery {
            prefix,
            from: None,
            after: None,
            kind: QueryKind::Blobs,
        };
        let fetch = async || service.container.page(query).await;
        let scope = PageScope {
            prefix,
            range: &NameRange::whole(prefix),
            service,
        };
        let mut memory = PageMemory::of(None);
        let page = self.read(fetch().await, fetch, scope, &mut memory).await?;
        if page.next.is_some() {
            return Ok(None);
        }
        let mut entries = page.entries;
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Some(entries))
    }
}

fn page_of(entries: Vec<Entry>) -> Page {
    Page {
        entries,
        ..Page::default()
    }
}

/// A listing of folder after folder.
struct FolderWalk {
    listing: Rc<BlobListing>,
    service: Rc<Service>,
    pages: Sender<Result<Page>>,
    /// The entries of the next page.
    entries: Vec<Entry>,
}

/// The answer about one folder.
type Whole = oneshot::Receiver<Result<Option<Vec<Entry>>>>;

impl FolderWalk {
    fn new(listing: Rc<BlobListing>, service: Rc<Service>, pages: Sender<Result<Page>>) -> Self {
        Self {
            listing,
            service,
            pages,
            entries: Vec::new(),
        }
    }

    /// Sends what begins with one of these, one after the other.
    async fn run(mut self, scopes: Vec<Box<str>>) {
        let scopes = scopes
            .into_iter()
            .map(|name| ListedItem { name, entry: None });
        let mut walked = self.send_items(scopes.collect()).await;
        if walked.is_ok() {
            walked = self.flush().await;
        }
        if let Err(error) = walked {
            // The consumer has gone when the run was stopped.
            let _is_received = self.pages.send(Err(error)).await;
        }
    }

    /// Sends blobs, and what is in folders.
    async fn send_items(&mut self, items: Vec<ListedItem>) -> Result<()> {
        let folders = items.iter().filter(|item| item.entry.is_none());
        let folders: Vec<Box<str>> = folders.map(|item| item.name.clone()).collect();
        let mut folders = folders.into_iter();
        let mut requests = JoinSet::new();
        let mut ahead: VecDeque<Whole> = VecDeque::new();
        for item in items {
            if let Some(entry) = item.entry {
                self.send(entry).await?;
                continue;
            }
            while ahead.len() < FOLDERS_AHEAD
                && let Some(folder) = folders.next()
            {
                ahead.push_back(self.request(&mut requests, folder));
            }
            let whole = match ahead.pop_front() {
                Some(whole) => whole.await.map_err(|_| panicked())?,
                None => self.listing.whole(&self.service, &item.name).await,
            };
            match whole? {
                Some(entries) => {
                    for entry in entries {
                        self.send(entry).await?;
                    }
                }
                None => self.send_folder(&item.name).await?,
            }
        }
        Ok(())
    }

    /// Requests what is in a folder. Dropping the set ends the request.
    fn request(&self, requests: &mut JoinSet<()>, folder: Box<str>) -> Whole {
        let (answer, answered) = oneshot::channel();
        let (listing, service) = (Rc::clone(&self.listing), Rc::clone(&self.service));
        requests.spawn_local(async move {
            // The walk has gone when the run was stopped.
            let _is_received = answer.send(listing.whole(&service, &folder).await);
        });
        answered
    }

    /// Sends the items of a folder that has more than one page.
    fn send_folder<'a>(&'a mut self, prefix: &'a str) -> Step<'a, Result<()>> {
        Box::pin(async move {
            let (listing, service) = (Rc::clone(&self.listing), Rc::clone(&self.service));
            let mut items = FolderItems::new(&listing, &service, prefix);
            let mut after = None;
            let mut body = FolderItems::fetch(&service, prefix, None).await;
            loop {
                let (ready, next) = items.read(body, after.as_ref()).await?;
                let Some(next) = next else {
                    return self.send_items(ready).await;
                };
                let sending = self.send_items(ready);
                let fetching = FolderItems::fetch(&service, prefix, Some(&next));
                let (sent, fetched) = tokio::join!(sending, fetching);
                sent?;
                body = fetched;
                after = Some(next);
            }
        })
    }

    async fn send(&mut self, entry: Entry) -> Result<()> {
        self.entries.push(entry);
        if self.entries.len() < PAGE_ENTRIES {
            return Ok(());
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<()> {
        let page = page_of(std::mem::take(&mut self.entries));
        self.pages.send(Ok(page)).await.map_err(|_| Error::Stopped)
    }
}
