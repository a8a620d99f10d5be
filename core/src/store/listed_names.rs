//! A source of which only the names of a list are looked up, many at once. It is not listed.
//!
//! Names come in the order of bytes, so that a journal can say after which of them an interrupted run
//! goes on. Only the names that are being looked up and one page are in memory besides the list.
//!
//! A name of the list may be a folder, if the list says so. What is below it is listed then, in the place of
//! `name/` among the names.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::Sender;

use super::source::start_listing;
use super::{ListScope, Page, Pages, Reader, Source, Step, Tools, pass_on_to};
use crate::entry::{Entry, EntryName};
use crate::options::Selection;
use crate::select::{Filter, NameList};
use crate::{Error, Result};

/// Names that are looked up at once. A service answers such a request in 5 to 50 ms.
const NAMES_IN_FLIGHT_MAX: usize = 64;

/// Names of one page.
const PAGE_NAMES: usize = 512;

/// The name of this order in a journal, as the marker of every page.
const ORDER: &str = "listed";

/// The same for a list whose names may be folders.
const ORDER_WITH_FOLDERS: &str = "listed with folders";

/// What becomes of a name without an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnfoundName {
    /// It is a failure.
    Fails,
    /// It is left out, as at the target of a sync.
    LeftOut,
}

/// The objects of a list of names.
pub(super) struct ListedNames {
    inner: Arc<dyn Source>,
    names: Arc<NameList>,
    filter: Arc<Filter>,
    unfound: UnfoundName,
}

/// The source, or the listed names of it if the selection has a list.
pub(super) fn of_selection(
    source: Arc<dyn Source>,
    selection: &Selection,
    unfound: UnfoundName,
) -> Arc<dyn Source> {
    let filter = selection.listing_filter();
    match filter.listed().cloned() {
        Some(names) => Arc::new(ListedNames {
            inner: source,
            names,
            filter,
            unfound,
        }),
        None => source,
    }
}

impl ListedNames {
    fn order(&self) -> &'static str {
        if self.names.has_folders() {
            ORDER_WITH_FOLDERS
        } else {
            ORDER
        }
    }

    fn empty_page(&self) -> Page {
        Page {
            marker: Some(self.order().into()),
            ..Page::default()
        }
    }

    /// Sends a page for some names after the others, until the last one or until the consumer has gone.
    async fn look_up(&self, tools: &Tools, scope: &ListScope, pages: &Sender<Result<Page>>) {
        let after = scope.after.as_ref().map(|(name, _)| name);
        let is_passed =
            |name: &EntryName| after.is_some_and(|after| self.names.is_passed(name, after));
        let mut folder: Option<Vec<u8>> = None;
        let names = self.names.after(after).iter();
        let names = names
            .take_while(|name| !scope.ends_before(name))
            .filter(|name| self.selects(name));
        let mut looked_up = stream::iter(names)
            .map(async |name| (name, self.inner.find(tools, name, None).await))
            .buffered(NAMES_IN_FLIGHT_MAX);
        let mut page = self.empty_page();
        while let Some((name, found)) = looked_up.next().await {
            let is_below = |folder: &Vec<u8>| name.as_bytes().starts_with(folder);
            if folder.as_ref().is_some_and(is_below) {
                continue;
            }
            match found {
                // It comes again with the folder above it, in which the listing goes on.
                Ok(Some(_)) if is_passed(name) => {}
                Ok(None) if self.names.has_folders() => {
                    let before = std::mem::replace(&mut page, self.empty_page());
                    if pages.send(Ok(before)).await.is_err()
                        || !self.send_folder(tools, name, scope, pages).await
                    {
                        return;
                    }
                    folder = Some([name.as_bytes(), b"/"].concat());
                }
                Ok(Some(entry)) if self.filter.admits(&entry) => page.entries.push(entry),
                Ok(Some(_)) => {}
                Ok(None) => self.add_unfound(&mut page, name),
                Err(error) if error.ends_run() => {
                    // The consumer has gone when the run was stopped.
                    let _is_received = pages.send(Ok(page)).await;
                    let _is_received = pages.send(Err(error)).await;
                    return;
                }
                Err(error) => self.add_error(&mut page, name, error),
            }
            let is_full = page.entries.len() + page.unfound.len() >= PAGE_NAMES;
            let full = is_full.then(|| std::mem::replace(&mut page, self.empty_page()));
            if let Some(full) = full
                && pages.send(Ok(full)).await.is_err()
            {
                return;
            }
        }
        let _is_received = pages.send(Ok(page)).await;
    }

    /// Sends what is below the folder of this name. A name that is no folder is one without an object. Returns false
    /// when the listing ends with it.
    async fn send_folder(
        &self,
        tools: &Tools,
        name: &EntryName,
        scope: &ListScope,
        pages: &Sender<Result<Page>>,
    ) -> bool {
        let prefix = [name.as_bytes(), b"/"].concat();
        let after = scope.after.clone();
        let part = ListScope {
            folder: Some(name.clone()),
            after: after.filter(|(after, _)| after.as_bytes().starts_with(&prefix)),
            from: None,
            until: scope.until.clone(),
            marker: None,
        };
        // A resumed listing has found something below it before.
        let is_resumed = part.after.is_some();
        let mut exists = is_resumed || self.inner.has(tools, name).await.unwrap_or_default();
        let mut listed = Arc::clone(&self.inner).list(tools, part);
        while let Some(page) = listed.recv().await {
            let page = match page {
                Ok(mut page) => {
                    page.entries.retain(|entry| self.filter.selects(entry));
                    exists |= !page.is_empty();
                    page.marker = Some(self.order().into());
                    Ok(page)
                }
                Err(error) if error.ends_run() => Err(error),
                Err(error) => {
                    exists = true;
                    let mut page = self.empty_page();
                    page.unlisted.push((name.clone(), error));
                    Ok(page)
                }
            };
            let is_failed = page.is_err();
            if pages.send(page).await.is_err() || is_failed {
                return false;
            }
        }
        let mut page = self.empty_page();
        if !exists {
            self.add_unfound(&mut page, name);
        }
        pages.send(Ok(page)).await.is_ok()
    }

    fn add_unfound(&self, page: &mut Page, name: &EntryName) {
        if self.unfound == UnfoundName::Fails {
            page.unfound.push((name.clone(), no_object(name)));
        }
    }

    fn add_error(&self, page: &mut Page, name: &EntryName, error: Error) {
        match self.unfound {
            UnfoundName::Fails => page.unfound.push((name.clone(), error)),
            UnfoundName::LeftOut => page.unlisted.push((name.clone(), error)),
        }
    }
}

fn no_object(name: &EntryName) -> Error {
    Error::NotFound(format!(
        "`{name}` is in the list of names, and the source has no such object"
    ))
}

impl Source for ListedNames {
    pass_on_to!(inner);

    fn list(self: Arc<Self>, tools: &Tools, scope: ListScope) -> Pages {
        if scope.folder.is_some() && self.names.has_folders() {
            // A folder of the list, or one below it, that could not be listed before.
            return Arc::clone(&self.inner).list(tools, scope);
        }
        let tools = tools.clone();
        start_listing(move |pages| async move {
            // Otherwise nothing of this source is ever a folder that could not be listed.
            if scope.folder.is_none() {
                self.look_up(&tools, &scope, &pages).await;
            }
        })
    }

    fn list_directories(self: Arc<Self>, tools: &Tools) -> Option<Pages> {
        Arc::clone(&self.inner).list_directories(tools)
    }

    fn can_resume(&self, scope: &ListScope) -> bool {
        scope.after.is_none() || scope.marker.as_deref() == Some(self.order())
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        Box::pin(async move {
            let found = self.inner.find(tools, name, snapshot).await?;
            match self.unfound {
                UnfoundName::Fails if found.is_none() => Err(no_object(name)),
                UnfoundName::Fails | UnfoundName::LeftOut => Ok(found),
            }
        })
    }

    fn selects(&self, name: &EntryName) -> bool {
        self.inner.selects(name) && self.filter.selects_name(name.as_bytes())
    }

    fn digest<'a>(
        &'a self,
        tools: &'a Tools,
        entry: &'a Entry,
    ) -> Step<'a, Result<Option<[u8; 16]>>> {
        self.inner.digest(tools, entry)
    }

    fn complete<'a>(&'a self, tools: &'a Tools, entry: Entry) -> Step<'a, Result<Entry>> {
        self.inner.complete(tools, entry)
    }

    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>> {
        self.inner.open(tools, entry)
    }
}
