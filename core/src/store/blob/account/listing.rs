//! Lists the containers of an account, and then the blobs of one after the other.
//!
//! The names of all containers are in memory, because the service's order of them (`a`, `a-b`) is not that of
//! the full names in them (`a-b/x`, `a/x`). The listings of a few containers run ahead, so that many small ones
//! do not wait for each other.

use std::collections::VecDeque;
use std::sync::Arc;

use azring_transport::http::Reply;
use tokio::sync::mpsc::Sender;

use super::scope;
use crate::entry::EntryName;
use crate::location::BlobLocation;
use crate::select::{Filter, Pattern, PatternRule};
use crate::store::blob::list::BlobListing;
use crate::store::blob::read_options::BlobReadOptions;
use crate::store::blob::request::list_containers;
use crate::store::rest::document::request_document;
use crate::store::rest::malformed;
use crate::store::source::start_listing;
use crate::store::{ListScope, Page, Pages, Tools};
use crate::{Error, Result};

/// The listings that run at once. Each holds up to three pages.
const LISTINGS_MAX: usize = 4;

/// A listing of several containers of an account.
pub(in crate::store::blob) struct AccountListing {
    /// The account, and the pattern of the containers' names.
    pub(in crate::store::blob) place: BlobLocation,
    /// The selected blobs, by their names in their containers.
    pub(in crate::store::blob) pattern: Pattern,
    /// The blobs that are selected besides, by their names in their containers.
    pub(in crate::store::blob) filter: Arc<Filter>,
    /// What is read of them.
    pub(in crate::store::blob) read_options: BlobReadOptions,
}

impl AccountListing {
    /// Sends every page, until the last one or until the consumer has gone.
    ///
    /// A container that cannot be listed is named in a page, and the listing goes on with the next one.
    pub(in crate::store::blob) async fn run(
        self,
        tools: Tools,
        scope: ListScope,
        pages: Sender<Result<Page>>,
    ) {
        let containers = match scope.folder.as_ref().map(EntryName::as_str) {
            Some(container) => Ok(container.map(str::to_owned).into_iter().collect()),
            None => self.containers(&tools).await,
        };
        let containers: Vec<String> = match containers {
            Ok(containers) => containers,
            Err(error) => {
                // The consumer has gone when the run was stopped, here and below.
                let _is_received = pages.send(Err(error)).await;
                return;
            }
        };
        let parts = containers.into_iter().filter_map(|container| {
            let part = scope::of_container(&scope, &container)?;
            Some((container, part))
        });
        let mut parts = parts.map(|(container, part)| {
            let listed = self.list(&container, part, &tools);
            (container, listed)
        });
        let mut running: VecDeque<_> = parts.by_ref().take(LISTINGS_MAX).collect();
        while let Some((container, listed)) = running.pop_front() {
            if !forward(&container, listed, &pages).await {
                return;
            }
            running.extend(parts.next());
        }
    }

    /// The containers whose names match, in the order of the full names in them.
    async fn containers(&self, tools: &Tools) -> Result<Vec<String>> {
        let wanted = Some(&*self.place.container).filter(|text| !text.is_empty());
        let rule = PatternRule::Wildcard {
            ignore_case: false,
            recursive: false,
        };
        let matches = Pattern::new(wanted, rule)?;
        let prefix = self.place.container.split('*').next().unwrap_or_default();
        let mut containers = Vec::new();
        let mut after = None;
        loop {
            let request = list_containers::request(&self.place, prefix, after.as_ref());
            let shown = || format!("the listing of the containers of `{}`", self.place);
            let read = |reply: &Reply| list_containers::parse(&reply.body);
            let page = request_document(tools, &request, shown, read).await?;
            let names = page.entries.into_iter();
            containers.extend(names.filter(|name| matches.matches(name.as_bytes())));
            if page.next.is_some() && page.next == after {
                return Err(malformed(
                    "a page of the listing names itself as the next one",
                ));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        containers.sort_by_cached_key(|container| scope::order(container));
        containers.dedup();
        Ok(containers)
    }

    fn list(&self, container: &str, scope: ListScope, tools: &Tools) -> Pages {
        let listing = BlobListing {
            place: self.place.in_container(container),
            pattern: self.pattern.clone(),
            filter: Arc::clone(&self.filter),
            read_options: self.read_options,
        };
        let tools = tools.clone();
        start_listing(|pages| listing.run(tools, scope, pages))
    }
}

/// Sends the pages of a container with full names. Returns false when the listing ends with it.
async fn forward(container: &str, mut listed: Pages, pages: &Sender<Result<Page>>) -> bool {
    let mut is_first = true;
    while let Some(page) = listed.recv().await {
        let page = match page {
            Ok(page) => Ok(with_full_names(container, page)),
            Err(error) if is_first && !error.ends_run() => Ok(unlisted(container, error)),
            Err(error) => Err(error),
        };
        is_first = false;
        let is_failed = page.is_err();
        if pages.send(page).await.is_err() || is_failed {
            return false;
        }
    }
    true
}

fn with_full_names(container: &str, mut page: Page) -> Page {
    for entry in &mut page.entries {
        let name = [container.as_bytes(), b"/", entry.name.as_bytes()].concat();
        entry.name = EntryName::new(name);
    }
    page.marker = Some(scope::marker(container, page.marker.as_deref()));
    page
}

fn unlisted(container: &str, error: Error) -> Page {
    Page {
        unlisted: vec![(container.into(), error)],
        marker: Some(scope::marker(container, None)),
        ..Page::default()
    }
}
