//! The parts of a listing in their order. The first few are listed at once.
//!
//! Only the pages of the first part are handed out. The parts after it have a page or two ready and
//! wait, so the memory of a listing depends on the number of parts that run and not on the number of
//! blobs. Parts that the consumer does not wait for are not listed ahead.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use tokio::sync::mpsc::{self, OwnedPermit, Receiver};
use tokio::task::JoinSet;

use super::cut_points::{CutPoints, Next, Question};
use super::listing::BlobListing;
use super::part::{Part, PartPage, RemainingPart};
use super::parts_ahead::{PARTS_AHEAD, PartsAhead};
use super::service::Service;
use crate::Result;
use crate::store::listing::{Bookmark, NameRange, PagePosition, ResumePoint};

/// The most parts that run. A part that is split moves the parts after it away from the front. They wait
/// with their pages, up to this number; the others end and are begun again later.
///
/// A page of 5,000 blobs takes 3.5 MB on its way, and as entries 1.3 MB or, with their metadata, 3 MB. So the
/// parts ahead of a fast consumer hold at most 28 MB while pages arrive.
pub(super) const PARTS_RUNNING: usize = 2 * PARTS_AHEAD;

/// The most pages of a part that are held or requested at once.
pub(super) const PAGES_HELD: usize = 2;

/// The most parts that are cut ahead of their listing. A cut may need a question to the service, which is
/// asked before the part is needed.
const PARTS_CUT: usize = 2 * PARTS_AHEAD;

/// A part, running or not.
struct Slot {
    range: NameRange,
    /// The measure by which it is cut before it begins.
    cut_points: Option<Rc<RefCell<CutPoints>>>,
    /// The measure by which it was cut, and its length in steps.
    cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
    running: Option<RunningPart>,
}

/// A part that is being listed. Dropping this ends its task.
struct RunningPart {
    pages: Receiver<Result<PartPage>>,
    task: JoinSet<()>,
    /// Room for a page that the part does not get before it is the first one.
    withheld: Option<OwnedPermit<Result<PartPage>>>,
}

/// A question to the service about a cut, and its answer.
struct CutAnswer {
    cut_points: Rc<RefCell<CutPoints>>,
    question: Question,
    name: Result<Option<Box<str>>>,
}

/// The rest of a listing.
pub(super) struct PartWindow {
    listing: Rc<BlobListing>,
    service: Rc<Service>,
    slots: VecDeque<Slot>,
    ahead: PartsAhead,
    /// The question about a cut; at most one at once.
    question: JoinSet<CutAnswer>,
}

impl PartWindow {
    /// Begins at the page of the bookmark, after the entries of that page that an earlier run listed.
    pub(super) fn new(
        listing: BlobListing,
        service: Rc<Service>,
        from: Bookmark,
        resume_point: Option<ResumePoint>,
    ) -> Self {
        let mut window = Self {
            listing: Rc::new(listing),
            service,
            slots: from.following.into_iter().map(Slot::new).collect(),
            ahead: PartsAhead::default(),
            question: JoinSet::new(),
        };
        let mut first = Slot::new(from.position.range.clone());
        first.running = Some(window.begin(from.position, resume_point, None));
        window.slots.push_front(first);
        window
    }

    /// The next page, and the bookmark by which it can be listed again; `None` after the last page.
    pub(super) async fn next(&mut self) -> Option<Result<(PartPage, Option<Box<str>>)>> {
        loop {
            self.begin_parts();
            let Some(running) = self.slots.front_mut()?.running.as_mut() else {
                // It waits for a cut.
                if let Some(answer) = self.question.join_next().await {
                    self.take_answer(answer);
                }
                continue;
            };
            running.withheld = None;
            let page = tokio::select! {
                page = running.pages.recv() => page,
                Some(answer) = self.question.join_next() => {
                    self.take_answer(answer);
                    continue;
                }
            };
            let Some(page) = page else {
                // The channel is also closed where the task has panicked.
                if let Some(Err(panic)) = running.task.join_next().await {
                    std::panic::resume_unwind(panic.into_panic());
                }
                self.slots.pop_front();
                continue;
            };
            return Some(page.map(|mut page| {
                let following = self.slots.iter().skip(1).map(|slot| &slot.range);
                let bookmark = Bookmark::write(&self.listing.prefix(), &page.position, following);
                for part in page.remaining.drain(..).rev() {
                    self.slots.insert(1, Slot::of(part));
                }
                (page, bookmark)
            }));
        }
    }

    /// Notes, for the number of parts that are listed ahead, whether the consumer had no page left when the last
    /// one came.
    pub(super) fn note_consumer(&mut self, was_waiting: bool) {
        if was_waiting {
            self.ahead.note_wait(self.slots.len());
        } else {
            self.ahead.note_in_time();
        }
    }

    /// Begins the first parts. Ends the last ones where too many run; they are begun again later.
    fn begin_parts(&mut self) {
        self.cut();
        for at in 0..self.slots.len().min(self.ahead.parts()) {
            let slot = &self.slots[at];
            if slot.cut_points.is_some() {
                break;
            }
            if slot.running.is_none() {
                let beginning = PagePosition::beginning(slot.range.clone());
                self.slots[at].running = Some(self.begin(beginning, None, slot.cut.clone()));
            }
        }
        let running = self.slots.iter_mut().filter(|slot| slot.running.is_some());
        for slot in running.skip(PARTS_RUNNING) {
            slot.running = None;
        }
    }

    /// Cuts the parts that are to be cut and may begin soon.
    fn cut(&mut self) {
        while self.question.is_empty()
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
            self.apply(at, next);
        }
    }

    /// Applies the next cut of a measure to the part there.
    fn apply(&mut self, at: usize, next: Next) {
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
                self.slots.insert(at + 1, Slot::of(rest));
            }
            Next::Ask(question) => {
                slot.cut_points = Some(Rc::clone(&cut_points));
                let (service, scope) = (Rc::clone(&self.service), slot.range.scope.clone());
                self.question.spawn_local(async move {
                    let name = service.first(&scope, &question.from).await;
                    CutAnswer {
                        cut_points,
                        question,
                        name,
                    }
                });
            }
        }
    }

    /// Cuts the part that the answer is about.
    fn take_answer(&mut self, answer: Result<CutAnswer, tokio::task::JoinError>) {
        let answer = answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
        let CutAnswer {
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
                .answered(&question, order, name.as_deref(), until),
            // The listing of the part meets the same error and reports it.
            Err(_) => Next::Rest,
        };
        self.apply(at, next);
    }

    fn begin(
        &self,
        position: PagePosition,
        resume_point: Option<ResumePoint>,
        cut: Option<(Rc<RefCell<CutPoints>>, usize)>,
    ) -> RunningPart {
        let (sender, pages) = mpsc::channel(PAGES_HELD);
        let part = Part {
            listing: Rc::clone(&self.listing),
            service: Rc::clone(&self.service),
            position,
            resume_point,
            cut,
        };
        let mut task = JoinSet::new();
        let waits = self.ahead.waiting_parts_hold_less();
        let withheld = waits.then(|| sender.clone().try_reserve_owned().ok());
        task.spawn_local(part.run(sender));
        RunningPart {
            pages,
            task,
            withheld: withheld.flatten(),
        }
    }
}

impl Slot {
    fn new(range: NameRange) -> Self {
        Self::of(RemainingPart {
            range,
            cut_points: None,
        })
    }

    fn of(part: RemainingPart) -> Self {
        Self {
            range: part.range,
            cut_points: part.cut_points,
            cut: None,
            running: None,
        }
    }
}
