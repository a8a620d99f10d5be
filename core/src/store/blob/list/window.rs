//! The parts of a listing, in their order, of which the first few are listed at once.
//!
//! Only the pages of the first part are handed out; those behind it have a page or two ready and wait. So what a listing
//! holds is bounded by the number of parts that have begun, whatever there is to list.

use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;

use super::Listing;
use super::bookmark::{Bookmark, Spot};
use super::container::Container;
use super::part::{Part, Told};
use crate::Result;
use crate::entry::EntryName;

/// Parts that are asked for at once. A page takes the service and the way some 100 ms and this machine some 30 ms of one
/// processor, so that eight of them keep two busy.
pub(super) const PARTS_AHEAD: usize = 8;

/// Parts that may have begun. A part that is split moves those behind it away from the front; they wait with the pages
/// that they have, as long as there are not more than this, and begin again later otherwise.
pub(super) const PARTS_BEGUN: usize = 2 * PARTS_AHEAD;

/// Pages of a part that are there, read or asked for at once. With 3.5 MB for a page of 5,000 blobs on its way and
/// 1.3 MB for its entries, the parts ahead hold 28 MB at the worst while they come and 42 MB when all have come.
pub(super) const PAGES_HELD: usize = 2;

/// A part, begun or not.
struct Slot {
    /// How its names begin.
    scope: Box<str>,
    begun: Option<Begun>,
}

/// A part that is being listed. It ends with this.
struct Begun {
    told: Receiver<Result<Told>>,
    task: JoinSet<()>,
}

/// What is left of a listing.
pub(super) struct Window {
    listing: Rc<Listing>,
    container: Rc<dyn Container>,
    slots: VecDeque<Slot>,
}

impl Window {
    /// Begins at the page of the bookmark, behind what of it has been passed.
    pub(super) fn new(
        listing: Listing,
        container: Rc<dyn Container>,
        from: Bookmark,
        passed: Option<(EntryName, Option<Box<str>>)>,
    ) -> Self {
        let mut window = Self {
            listing: Rc::new(listing),
            container,
            slots: from.behind.into_iter().map(Slot::new).collect(),
        };
        let mut first = Slot::new(from.spot.scope.clone());
        first.begun = Some(window.begin(from.spot, passed));
        window.slots.push_front(first);
        window
    }

    /// The next page, with what it can be listed by again; `None` behind the last.
    pub(super) async fn next(&mut self) -> Option<Result<(Told, Option<Box<str>>)>> {
        loop {
            self.keep_up();
            let begun = self.slots.front_mut()?.begun.as_mut()?;
            let Some(told) = begun.told.recv().await else {
                // A part that broke has not ended.
                if let Some(Err(broken)) = begun.task.join_next().await {
                    std::panic::resume_unwind(broken.into_panic());
                }
                self.slots.pop_front();
                continue;
            };
            return Some(told.map(|mut told| {
                let behind = self.slots.iter().skip(1).map(|slot| &*slot.scope);
                let bookmark = Bookmark::write(&self.listing.prefix(), &told.spot, behind);
                for scope in told.behind.drain(..).rev() {
                    self.slots.insert(1, Slot::new(scope));
                }
                (told, bookmark)
            }));
        }
    }

    /// Lets the first parts begin, and the last ones begin again later where too many have.
    fn keep_up(&mut self) {
        for at in 0..self.slots.len().min(PARTS_AHEAD) {
            if self.slots[at].begun.is_none() {
                let spot = Spot::beginning(&self.slots[at].scope);
                self.slots[at].begun = Some(self.begin(spot, None));
            }
        }
        let begun = self.slots.iter_mut().filter(|slot| slot.begun.is_some());
        for slot in begun.skip(PARTS_BEGUN) {
            slot.begun = None;
        }
    }

    fn begin(&self, spot: Spot, passed: Option<(EntryName, Option<Box<str>>)>) -> Begun {
        let (telling, told) = mpsc::channel(PAGES_HELD);
        let part = Part {
            listing: Rc::clone(&self.listing),
            container: Rc::clone(&self.container),
            spot,
            passed,
        };
        let mut task = JoinSet::new();
        task.spawn_local(part.run(telling));
        Begun { told, task }
    }
}

impl Slot {
    fn new(scope: Box<str>) -> Self {
        Self { scope, begun: None }
    }
}
