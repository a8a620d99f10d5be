//! The listing of a directory and everything below it, from its scope to its pages.

use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Sender};

use super::details::complete_pages;
use super::directory::{KeyRange, ListedTree, RemoteTree};
use super::walk::{TreeWalk, WalkLimits};
use crate::entry::EntryName;
use crate::location::ShareLocation;
use crate::select::Filter;
use crate::store::share::read_options::ShareReadOptions;
use crate::store::share::single;
use crate::store::source::PAGES_AHEAD;
use crate::store::{ListScope, Page, Tools};
use crate::{Error, Result};

/// A listing of a directory and of the directories below it.
pub(in crate::store::share) struct ShareListing {
    /// The share or directory.
    pub(in crate::store::share) place: ShareLocation,
    /// What is read of the files.
    pub(in crate::store::share) read_options: ShareReadOptions,
    /// The files that are selected.
    pub(in crate::store::share) filter: Arc<Filter>,
}

impl ShareListing {
    /// Sends every page, until the last one or until the consumer has gone.
    pub(in crate::store::share) async fn run(
        self,
        tools: Tools,
        scope: ListScope,
        pages: Sender<Result<Page>>,
    ) {
        let directories = Rc::new(RemoteTree {
            place: self.place.clone(),
            tools: tools.clone(),
        });
        let (found, listed) = mpsc::channel(PAGES_AHEAD);
        let listing = self.list(&tools, directories, scope, found);
        tokio::join!(listing, complete_pages(&self, &tools, listed, pages));
    }

    async fn list(
        &self,
        tools: &Tools,
        directories: Rc<dyn ListedTree>,
        scope: ListScope,
        pages: Sender<Result<Page>>,
    ) {
        let folder = scope.folder.clone();
        let limits = WalkLimits::default();
        let outcome = list(directories, scope, &self.filter, limits, &pages).await;
        let page = match (outcome, folder) {
            (Ok(()), _) => return,
            (Err(error), Some(folder)) => self.aside(tools, folder, error).await,
            (Err(error), None) => Err(error),
        };
        // The consumer has gone when the run was stopped.
        let _is_received = pages.send(page).await;
    }

    /// The page of something that an earlier run could not list, and that is no directory that can be
    /// listed now: a file, nothing any more, or a directory that fails again.
    async fn aside(&self, tools: &Tools, name: EntryName, error: Error) -> Result<Page> {
        let mut page = Page::default();
        match error.status() {
            Some(404 | 409) => {
                let found = single::find(tools, &self.place, &name).await?;
                let found = found.filter(|entry| self.filter.selects(entry));
                page.entries.extend(found);
            }
            _ => page.unlisted.push((name, error)),
        }
        Ok(page)
    }
}

/// Sends the pages of the directories' files in this scope.
pub(super) async fn list(
    directories: Rc<dyn ListedTree>,
    scope: ListScope,
    filter: &Arc<Filter>,
    limits: WalkLimits,
    pages: &Sender<Result<Page>>,
) -> Result<()> {
    let root = match &scope.folder {
        None => String::new(),
        Some(folder) => {
            let text = folder.as_str().unwrap_or_default();
            let end = if text.is_empty() || text.ends_with('/') {
                ""
            } else {
                "/"
            };
            format!("{text}{end}")
        }
    };
    let bytes = |name: EntryName| name.as_bytes().into();
    let range = KeyRange {
        after: scope.after.map(|(name, _)| bytes(name)),
        from: scope.from.map(bytes),
        until: scope.until.map(bytes),
        filter: Arc::clone(filter),
    };
    TreeWalk::new(directories, range, limits)
        .run(&root, pages)
        .await
}
