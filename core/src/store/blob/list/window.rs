//! The parts of a listing, in their order, of which the first few are listed at once.
//!
//! Only the pages of the first part are handed out; those behind it have a page or two ready and wait. So what a listing
//! holds is bounded by the number of parts that have begun, whatever there is to list.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;

use super::cut_points::{CutPoints, Next, Question};
use super::listing::BlobListing;
use super::part::{Part, PartPage, RemainingPart};
use super::resume_point::ResumePoint;
use super::service::Service;
use crate::Result;
use crate::store::listing::{Bookmark, NameRange, PagePosition};

/// Parts that are asked for at once. A page takes the service and the way some 100 ms and this machine some 30 ms of one
/// processor, so that eight of them keep two busy.
pub(super) const PARTS_AHEAD: usize = 8;

/// Parts that may have begun. A part that is split moves those behind it away from the front; they wait with the pages
/// that they have, as long as there are not more than this, and begin again later otherwise.
pub(super) const PARTS_BEGUN: usize = 2 * PARTS_AHEAD;

/// Pages of a part that are there, read or asked for at once. With 3.5 MB for a page of 5,000 blobs on its way and
/// 1.3 MB for its entries, the parts ahead hold 28 MB at the worst while they come and 42 MB when all have come.
pub(super) const PAGES_HELD: usize = 2;

/// Parts that are cut off before they can begin: what the service must be asked for a cut is asked before it is needed.
const PARTS_CUT: usize = 2 * PARTS_AHEAD;

/// A part, begun or not.
struct Slot {
    range: NameRange,
    /// It is to be cut with this before it begins.
    cut_points: Option<Rc<RefCell<CutPoints>>>,
    /// What it was cut with, and how many steps it is long.
    cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
    begun: Option<RunningPart>,
}

/// A part that is being listed. It ends with this.
struct RunningPart {
    told: Receiver<Result<PartPage>>,
    task: JoinSet<()>,
}

/// What a service was asked for a cut, and what it said.
struct Answer {
    cut_points: Rc<RefCell<CutPoints>>,
    question: Question,
    name: Result<Option<Box<str>>>,
}

/// What is left of a listing.
pub(super) struct PartWindow {
    listing: Rc<BlobListing>,
    service: Rc<Service>,
    slots: VecDeque<Slot>,
    /// At most one question.
    asked: JoinSet<Answer>,
}

impl PartWindow {
    /// Begins at the page of the bookmark, after the entries that an earlier run listed of it.
    pub(super) fn new(
        listing: BlobListing,
        service: Rc<Service>,
        from: Bookmark,
        resume_point: Option<ResumePoint>,
    ) -> Self {
        let mut window = Self {
            listing: Rc::new(listing),
            service,
            slots: from.behind.into_iter().map(Slot::new).collect(),
            asked: JoinSet::new(),
        };
        let mut first = Slot::new(from.position.range.clone());
        first.begun = Some(window.begin(from.position, resume_point, None));
        window.slots.push_front(first);
        window
    }

    /// The next page, with what it can be listed by again; `None` behind the last.
    pub(super) async fn next(&mut self) -> Option<Result<(PartPage, Option<Box<str>>)>> {
        loop {
            self.keep_up();
            let Some(begun) = self.slots.front_mut()?.begun.as_mut() else {
                // It waits for a cut.
                if let Some(answer) = self.asked.join_next().await {
                    self.hear(answer);
                }
                continue;
            };
            let told = tokio::select! {
                told = begun.told.recv() => told,
                Some(answer) = self.asked.join_next() => {
                    self.hear(answer);
                    continue;
                }
            };
            let Some(told) = told else {
                // A part that broke has not ended.
                if let Some(Err(broken)) = begun.task.join_next().await {
                    std::panic::resume_unwind(broken.into_panic());
                }
                self.slots.pop_front();
                continue;
            };
            return Some(told.map(|mut told| {
                let behind = self.slots.iter().skip(1).map(|slot| &slot.range);
                let bookmark = Bookmark::write(&self.listing.prefix(), &told.position, behind);
                for left in told.behind.drain(..).rev() {
                    self.slots.insert(1, Slot::left(left));
                }
                (told, bookmark)
            }));
        }
    }

    /// Lets the first parts begin, and the last ones begin again later where too many have.
    fn keep_up(&mut self) {
        self.cut();
        for at in 0..self.slots.len().min(PARTS_AHEAD) {
            let slot = &self.slots[at];
            if slot.cut_points.is_some() {
                break;
            }
            if slot.begun.is_none() {
                let beginning = PagePosition::beginning(slot.range.clone());
                self.slots[at].begun = Some(self.begin(beginning, None, slot.cut.clone()));
            }
        }
        let begun = self.slots.iter_mut().filter(|slot| slot.begun.is_some());
        for slot in begun.skip(PARTS_BEGUN) {
            slot.begun = None;
        }
    }

    /// Cuts what is to be cut, as far as it may begin soon.
    fn cut(&mut self) {
        while self.asked.is_empty()
            && let Some(at) = self.slots.iter().position(|slot| slot.cut_points.is_some())
            && at < PARTS_CUT
        {
            let Slot {
                range, cut_points, ..
            } = &self.slots[at];
            let (Some(cut_points), Some(from)) = (cut_points, &range.from) else {
                self.slots[at].cut_points = None;
                continue;
            };
            let until = range.until.as_deref();
            let next = cut_points
                .borrow_mut()
                .next(self.service.order.get(), from, until);
            self.take(at, next);
        }
    }

    /// Does what comes of a measure to the part there.
    fn take(&mut self, at: usize, next: Next) {
        let slot = &mut self.slots[at];
        let Some(cut_points) = slot.cut_points.take() else {
            return;
        };
        match next {
            Next::Rest => slot.cut = Some((cut_points, 0)),
            Next::Cut(name, steps) => {
                let rest = slot.range.split_off(&name);
                slot.cut = Some((Rc::clone(&cut_points), steps));
                let rest = RemainingPart {
                    range: rest,
                    cut_points: Some(cut_points),
                };
                self.slots.insert(at + 1, Slot::left(rest));
            }
            Next::Ask(question) => {
                slot.cut_points = Some(Rc::clone(&cut_points));
                let (service, scope) = (Rc::clone(&self.service), slot.range.scope.clone());
                self.asked.spawn_local(async move {
                    let name = service.first(&scope, &question.from).await;
                    Answer {
                        cut_points,
                        question,
                        name,
                    }
                });
            }
        }
    }

    /// Makes a cut of an answer.
    fn hear(&mut self, answer: Result<Answer, tokio::task::JoinError>) {
        let answer = answer.unwrap_or_else(|broken| std::panic::resume_unwind(broken.into_panic()));
        let Answer {
            cut_points,
            question,
            name,
        } = answer;
        let is_it = |slot: &Slot| {
            slot.cut_points
                .as_ref()
                .is_some_and(|of| Rc::ptr_eq(of, &cut_points))
        };
        let Some(at) = self.slots.iter().position(is_it) else {
            return;
        };
        let until = self.slots[at].range.until.as_deref();
        let order = self.service.order.get();
        let next = match name {
            Ok(name) => cut_points
                .borrow_mut()
                .heard(&question, order, name.as_deref(), until),
            // What is wrong is told where it is listed.
            Err(_) => Next::Rest,
        };
        self.take(at, next);
    }

    fn begin(
        &self,
        position: PagePosition,
        resume_point: Option<ResumePoint>,
        cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
    ) -> RunningPart {
        let (telling, told) = mpsc::channel(PAGES_HELD);
        let part = Part {
            listing: Rc::clone(&self.listing),
            service: Rc::clone(&self.service),
            position,
            resume_point,
            cut,
        };
        let mut task = JoinSet::new();
        task.spawn_local(part.run(telling));
        RunningPart { told, task }
    }
}

impl Slot {
    fn new(range: NameRange) -> Self {
        Self::left(RemainingPart {
            range,
            cut_points: None,
        })
    }

    fn left(left: RemainingPart) -> Self {
        Self {
            range: left.range,
            cut_points: left.cut_points,
            cut: None,
            begun: None,
        }
    }
}
