//! One level of a share: the pages of a directory, and its sorted children.

use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::walk::TreeWalk;
use crate::Result;
use crate::location::ShareLocation;
use crate::select::Filter;
use crate::store::rest::continuation::Continuation;
use crate::store::rest::document::read_or_fetch_again;
use crate::store::rest::page::Marker;
use crate::store::rest::page_feed::{PagedList, feed_pages, guess_marker, read_aside};
use crate::store::rest::xml;
use crate::store::share::request::list_directory::{self, ListedChild, ListedFile};
use crate::store::source::PAGES_AHEAD;
use crate::store::{Step, Tools};

/// A share that can be listed, directory by directory.
pub(super) trait ListedTree {
    /// Requests a page of the directory of this name below the root of the listing, and returns it as
    /// the service wrote it. The name is empty, or ends in a slash.
    fn page<'a>(&'a self, directory: &'a str, after: Option<&'a Marker>)
    -> Step<'a, Result<Bytes>>;

    /// The listing of this directory, for messages.
    fn shown(&self, directory: &str) -> String;
}

/// The directories of a share in the service.
pub(super) struct RemoteTree {
    pub(super) place: ShareLocation,
    pub(super) tools: Tools,
}

impl ListedTree for RemoteTree {
    fn page<'a>(
        &'a self,
        directory: &'a str,
        after: Option<&'a Marker>,
    ) -> Step<'a, Result<Bytes>> {
        Box::pin(async move {
            let name = self.place.full_name(directory);
            let request = list_directory::request(&self.place, name.trim_end_matches('/'), after);
            let client = &self.tools.client;
            let sent = client.send_with_cap(&request, xml::BODY_BYTES_MAX).await?;
            Ok(sent.body)
        })
    }

    fn shown(&self, directory: &str) -> String {
        let name = self.place.full_name(directory);
        format!("the listing of `{}`", self.place.file_url(&name))
    }
}

/// A directory that is to be listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingDirectory {
    /// Its name below the root: empty, or ending in a slash.
    pub(super) path: Box<str>,
    /// The key of the last child that was delivered; `None` at the beginning.
    pub(super) after: Option<Box<str>>,
}

/// Children of one directory, sorted by their keys.
#[derive(Debug, Default)]
pub(super) struct Level {
    /// Each child with its key: the full name below the root, which ends in a slash for a directory.
    pub(super) children: Vec<(Box<str>, Option<ListedFile>)>,
    /// The key of the last child, where the directory has more children.
    pub(super) rest: Option<Box<str>>,
}

/// The names of a listing that are kept.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyRange {
    /// The name after which the listing begins.
    pub(super) after: Option<Box<[u8]>>,
    /// The name at which the listing begins.
    pub(super) from: Option<Box<[u8]>>,
    /// The name before which the listing ends.
    pub(super) until: Option<Box<[u8]>>,
    /// The names that are selected.
    pub(super) filter: Arc<Filter>,
}

impl KeyRange {
    /// Whether the file of this key is kept, or the directory can have files that are.
    fn keeps(&self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let is_past = self.until.as_deref().is_some_and(|until| bytes >= until);
        let is_done = self.after.as_deref().is_some_and(|after| {
            let holds_after = key.ends_with('/') && after.starts_with(bytes);
            bytes <= after && !holds_after
        });
        let is_before = self.from.as_deref().is_some_and(|from| {
            let holds_from = key.ends_with('/') && from.starts_with(bytes);
            bytes < from && !holds_from
        });
        !is_past && !is_done && !is_before && self.selects(key)
    }

    fn selects(&self, key: &str) -> bool {
        match key.strip_suffix('/') {
            Some(directory) => self.filter.may_select_below(directory.as_bytes()),
            None => self.filter.selects_name(key.as_bytes()),
        }
    }
}

/// Lists a directory; gives its first `children_max` children after `directory.after`.
pub(super) async fn list_level(walk: &Rc<TreeWalk>, directory: &PendingDirectory) -> Result<Level> {
    let (pages, mut listed) = mpsc::channel(PAGES_AHEAD);
    let list = DirectoryList { walk, directory };
    let collected = async {
        let mut children = SmallestChildren::new(walk);
        while let Some(page) = listed.recv().await {
            let page: Vec<ListedChild> = page?;
            for child in page {
                children.add(directory, child);
            }
            children.count();
        }
        Ok(children.finish())
    };
    let (collected, ()) = tokio::join!(
        collected,
        feed_pages(&list, Continuation::default(), None, pages)
    );
    collected
}

/// The children of a directory with the smallest keys, counted in the budget until it is dropped.
struct SmallestChildren<'a> {
    walk: &'a TreeWalk,
    kept: Vec<(Box<str>, Option<ListedFile>)>,
    is_cut: bool,
    counted: usize,
}

impl<'a> SmallestChildren<'a> {
    fn new(walk: &'a TreeWalk) -> Self {
        Self {
            walk,
            kept: Vec::new(),
            is_cut: false,
            counted: 0,
        }
    }

    fn add(&mut self, directory: &PendingDirectory, child: ListedChild) {
        let end = if child.file.is_some() { "" } else { "/" };
        let key = format!("{}{}{end}", directory.path, child.name);
        let after = directory.after.as_deref();
        let is_delivered = after.is_some_and(|after| *key <= *after);
        if is_delivered || !self.walk.range.keeps(&key) {
            return;
        }
        self.kept.push((key.into(), child.file));
        if self.kept.len() >= 2 * self.walk.limits.level_children_max {
            self.cut();
        }
    }

    fn cut(&mut self) {
        let max = self.walk.limits.level_children_max;
        self.kept.sort_unstable_by(|one, other| one.0.cmp(&other.0));
        self.kept.dedup_by(|one, other| one.0 == other.0);
        self.is_cut |= self.kept.len() > max;
        self.kept.truncate(max);
    }

    fn count(&mut self) {
        let (before, after) = (self.counted, self.kept.len());
        self.walk.budget.change_collected(before, after);
        self.counted = after;
    }

    fn finish(mut self) -> Level {
        self.cut();
        let children = std::mem::take(&mut self.kept);
        let last = children.last().map(|(key, _)| key.clone());
        Level {
            rest: last.filter(|_| self.is_cut),
            children,
        }
    }
}

impl Drop for SmallestChildren<'_> {
    fn drop(&mut self) {
        self.kept.clear();
        self.count();
    }
}

/// The pages of a directory.
struct DirectoryList<'a> {
    walk: &'a TreeWalk,
    directory: &'a PendingDirectory,
}

impl PagedList for DirectoryList<'_> {
    type Page = Vec<ListedChild>;
    type State = Continuation;

    async fn fetch(&self, after: Option<&Marker>) -> Result<Bytes> {
        if after.is_some() {
            self.walk.budget.room(&self.directory.key()).await;
        }
        self.walk
            .directories
            .page(&self.directory.path, after)
            .await
    }

    fn guess_next(&self, _: &Continuation, body: &[u8]) -> Option<Marker> {
        guess_marker(body)
    }

    async fn read(
        &self,
        continuation: &mut Continuation,
        body: Result<Bytes>,
        after: Option<&Marker>,
    ) -> (Result<Vec<ListedChild>>, Option<Marker>) {
        let page = async {
            let path = &*self.directory.path;
            let shown = || self.walk.directories.shown(path);
            let fetch = async || self.walk.directories.page(path, after).await;
            let parse = async |body| read_aside(body, list_directory::parse).await;
            let page = read_or_fetch_again(shown, body, fetch, parse).await?;
            let count = page.children.len();
            continuation.page("the listing of a directory", count, page.next.as_ref())?;
            Ok(page)
        };
        match page.await {
            Ok(page) => (Ok(page.children), page.next),
            Err(error) => (Err(error), None),
        }
    }
}

impl PendingDirectory {
    /// Its place in the order of full names: before everything that it still has.
    ///
    /// The next child comes after everything below the last one. A name has no NUL character, and the
    /// character after the slash is `0`.
    pub(super) fn key(&self) -> Box<str> {
        match self.after.as_deref() {
            None => self.path.clone(),
            Some(after) => match after.strip_suffix('/') {
                Some(directory) => format!("{directory}0").into(),
                None => format!("{after}\0").into(),
            },
        }
    }
}
