//! Lists many directories at once and delivers their files in order.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;

use super::details::entry_of;
use super::directory::{KeyRange, ListedTree, PendingDirectory, list_level};
use super::frontier::{Frontier, FrontierStep};
use crate::entry::EntryName;
use crate::store::Page;
use crate::{Error, Result};

/// Directories that are listed at once. A service answers such a request in 5 to 50 ms, so this gives
/// some thousand directories a second.
pub(super) const DIRECTORIES_IN_FLIGHT_MAX: usize = 64;

/// Files on one page.
const PAGE_FILES: usize = 1024;

/// How much of a tree a listing holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct WalkLimits {
    /// Children that are held before only the first directory is listed further, besides directories
    /// that wait. One takes about 250 bytes.
    ///
    /// The directories of one level that wait may be more, [`level_children_max`
    /// ](Self::level_children_max), so that they are listed many at a time nevertheless.
    pub(super) held_max: usize,
    /// Children of one directory that are held.
    pub(super) level_children_max: usize,
}

impl Default for WalkLimits {
    fn default() -> Self {
        Self {
            held_max: 50_000,
            level_children_max: 100_000,
        }
    }
}

/// One listing of a tree.
pub(super) struct TreeWalk {
    pub(super) directories: Rc<dyn ListedTree>,
    pub(super) range: KeyRange,
    pub(super) limits: WalkLimits,
    pub(super) budget: Budget,
}

/// How many children are held, and which directory must go on whatever their number is.
pub(super) struct Budget {
    /// Children of directories whose pages are still read.
    collected: Cell<usize>,
    /// Files and directories in the frontier.
    waiting: Cell<usize>,
    /// Those of them that are directories which are not requested yet.
    waiting_directories: Cell<usize>,
    limits: WalkLimits,
    first: RefCell<Box<str>>,
    changed: Notify,
}

impl Budget {
    fn new(limits: WalkLimits) -> Self {
        Self {
            collected: Cell::new(0),
            waiting: Cell::new(0),
            waiting_directories: Cell::new(0),
            limits,
            first: RefCell::default(),
            changed: Notify::new(),
        }
    }

    /// Whether so many more children may be held.
    fn has_room(&self, more: usize) -> bool {
        let WalkLimits {
            held_max,
            level_children_max,
        } = self.limits;
        let held = self.collected.get() + self.waiting.get() + more;
        let directories = self.waiting_directories.get();
        held < held_max + level_children_max && held < held_max + directories
    }

    /// Counts the collected children of a directory, of which there were `before`.
    pub(super) fn change_collected(&self, before: usize, after: usize) {
        self.collected.set(self.collected.get() + after - before);
    }

    /// Waits until the directory of this key may read one more page.
    pub(super) async fn room(&self, key: &str) {
        loop {
            let changed = self.changed.notified();
            if self.has_room(0) || **self.first.borrow() == *key {
                return;
            }
            changed.await;
        }
    }

    fn set_frontier(&self, frontier: &Frontier) {
        let first = frontier.first().unwrap_or_default();
        if **self.first.borrow() != *first {
            *self.first.borrow_mut() = first.into();
        }
        self.waiting.set(frontier.count());
        self.waiting_directories.set(frontier.waiting_count());
        self.changed.notify_waiters();
    }
}

impl TreeWalk {
    pub(super) fn new(
        directories: Rc<dyn ListedTree>,
        range: KeyRange,
        limits: WalkLimits,
    ) -> Rc<Self> {
        Rc::new(Self {
            directories,
            range,
            limits,
            budget: Budget::new(limits),
        })
    }

    /// Sends the files below this directory, page by page, until the last one or until the consumer has
    /// gone. Fails when this directory itself cannot be listed.
    pub(super) async fn run(
        self: &Rc<Self>,
        root: &str,
        pages: &Sender<Result<Page>>,
    ) -> Result<()> {
        let mut frontier = Frontier::default();
        frontier.add(PendingDirectory {
            path: root.into(),
            after: None,
        });
        let mut listings = FuturesUnordered::new();
        let mut seen = LevelSizes::default();
        let mut page = Page::default();
        loop {
            let is_end = fill(&mut page, &mut frontier);
            self.budget.set_frontier(&frontier);
            while self.may_request(&frontier, listings.len(), &seen)
                && let Some(directory) = frontier.request()
            {
                let walk = Rc::clone(self);
                listings.push(async move {
                    let level = list_level(&walk, &directory).await;
                    (directory, level)
                });
            }
            let is_empty = page.entries.is_empty() && page.unlisted.is_empty();
            if is_empty && is_end {
                return Ok(());
            }
            // Short pages are sent only to a consumer that has nothing else to do.
            let is_full = is_end || page.entries.len() >= PAGE_FILES;
            let is_sent = !is_empty && (is_full || pages.capacity() == pages.max_capacity());
            tokio::select! {
                biased;
                permit = pages.reserve(), if is_sent => match permit {
                    Ok(permit) => permit.send(Ok(std::mem::take(&mut page))),
                    Err(_) => return Ok(()),
                },
                () = pages.closed(), if !is_sent => return Ok(()),
                Some((directory, level)) = listings.next() => match level {
                    Ok(level) => {
                        seen.add(level.children.len());
                        frontier.expand(&directory, level);
                    }
                    Err(error) if *directory.path == *root || ends_listing(&error) => {
                        return Err(error);
                    }
                    Err(error) => frontier.fail(&directory, error),
                },
            }
        }
    }

    /// Whether the next directory is requested now. The first directory of all always is.
    fn may_request(&self, frontier: &Frontier, in_flight: usize, seen: &LevelSizes) -> bool {
        let Some(next) = frontier.first_waiting() else {
            return false;
        };
        let has_room = in_flight < DIRECTORIES_IN_FLIGHT_MAX
            && self.budget.has_room(in_flight * seen.average());
        has_room || frontier.first() == Some(next)
    }
}

/// Takes files until the page is full, or until a directory must be listed first. Returns whether
/// everything was taken.
fn fill(page: &mut Page, frontier: &mut Frontier) -> bool {
    while page.entries.len() < PAGE_FILES {
        match frontier.next() {
            FrontierStep::File(name, file) => {
                page.entries.push(entry_of(EntryName::from(&*name), file));
            }
            FrontierStep::Unlisted(path, error) => {
                page.unlisted.push((EntryName::from(&*path), error));
            }
            FrontierStep::Nothing => return false,
            FrontierStep::End => return true,
        }
    }
    false
}

/// Whether the error is about the share or the credential, and not about one directory.
fn ends_listing(error: &Error) -> bool {
    let code = match error.bare() {
        Error::Transport(error) => error.code(),
        _ => None,
    };
    matches!(
        code,
        Some(
            "ShareNotFound"
                | "ShareSnapshotNotFound"
                | "ShareBeingDeleted"
                | "ShareDisabled"
                | "AuthenticationFailed"
        )
    )
}

/// The sizes of the levels that were listed.
#[derive(Debug, Default)]
struct LevelSizes {
    levels: usize,
    children: usize,
}

impl LevelSizes {
    fn add(&mut self, children: usize) {
        self.levels += 1;
        self.children += children;
    }

    fn average(&self) -> usize {
        self.children.checked_div(self.levels).unwrap_or(0)
    }
}
