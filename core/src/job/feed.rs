//! Listing and planning: entries in, tasks into the queue.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;

use crate::Result;
use crate::entry::Entry;
use crate::options::Options;
use crate::plan::{Planned, Planner};
use crate::report::{Details, Event, Observer, Totals};
use crate::schedule::Queue;
use crate::stop::Stop;
use crate::store::{Ends, Page, Position, Tools};
use crate::transfer::{Carriage, Lane};

/// Destinations that are looked at ahead of the planning, at once.
const STATS_MAX: usize = 64;

/// The coordinator's first half.
pub(super) struct Feed<'a> {
    pub(super) options: &'a Options,
    pub(super) tools: &'a Tools,
    pub(super) ends: &'a Ends,
    pub(super) lane: &'a Arc<Lane>,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a Stop,
}

impl Feed<'_> {
    /// Lists, plans and queues everything; returns how many parts of the source could not be listed.
    pub(super) async fn feed(&self, mut queue: Queue) -> Result<u64> {
        let result = self
            .each(async |planned| {
                let Some(task) = self.admit(planned) else {
                    return;
                };
                queue.push(Arc::new(Carriage::new(task, self.lane))).await;
            })
            .await;
        queue.close().await;
        result
    }

    /// Lists and plans everything and moves nothing: what would be copied counts as done.
    pub(super) async fn preview(&self) -> Result<u64> {
        self.each(async |planned| {
            let Some(task) = self.admit(planned) else {
                return;
            };
            let (name, bytes) = (&task.entry.name, task.entry.bytes);
            Totals::add(&self.lane.totals.done, 1);
            Totals::add(&self.lane.totals.done_bytes, bytes);
            self.settled(bytes);
            self.observer.event(Event::Done {
                name,
                bytes,
                details: &Details::default(),
            });
        })
        .await
    }

    /// Plans every entry of every page, in order, and hands it on.
    async fn each(&self, mut handle: impl AsyncFnMut(Planned)) -> Result<u64> {
        let mut pages = Arc::clone(&self.ends.source).list(self.tools, Position::default());
        let planner = Planner::new(self.options, self.ends);
        let (mut unlisted, mut listed_any) = (0, false);
        loop {
            let page = tokio::select! {
                page = pages.recv() => page,
                () = self.stop.stopped() => None,
            };
            let entries = match page {
                None => break,
                Some(Ok(page)) => self.tell(page, &mut unlisted),
                Some(Err(error)) if !listed_any => return Err(error),
                Some(Err(error)) => {
                    self.observer.event(Event::Unlisted {
                        what: "the rest of the source",
                        error: &error,
                    });
                    unlisted += 1;
                    break;
                }
            };
            listed_any = true;
            let mut looked = stream::iter(entries)
                .map(|entry| planner.look(self.tools, entry))
                .buffered(STATS_MAX);
            while let Some(looked) = looked.next().await {
                if self.stop.is_on() {
                    break;
                }
                handle(planner.decide(looked, self.observer)).await;
            }
        }
        Totals::add(&self.lane.totals.listing_done, 1);
        Ok(unlisted)
    }

    /// Counts a page and tells what was wrong with it.
    fn tell(&self, page: Page, unlisted: &mut u64) -> Vec<Entry> {
        let totals = &self.lane.totals;
        *unlisted += page.unlisted.len() as u64;
        for (what, error) in &page.unlisted {
            let what = &what.to_string();
            self.observer.event(Event::Unlisted { what, error });
        }
        for notice in &page.notices {
            self.observer.event(Event::Notice(notice));
        }
        Totals::add(&totals.listed, page.entries.len() as u64);
        Totals::add(
            &totals.listed_bytes,
            page.entries.iter().map(|entry| entry.bytes).sum(),
        );
        page.entries
    }

    /// The task, if there is one; else it is counted and reported why not.
    fn admit(&self, planned: Planned) -> Option<crate::plan::Task> {
        let totals = &self.lane.totals;
        match planned {
            Planned::Task(task) => return Some(*task),
            Planned::Skip(entry, reason) => {
                Totals::add(&totals.skipped, 1);
                self.settled(entry.bytes);
                self.observer.event(Event::Skipped {
                    name: &entry.name,
                    bytes: entry.bytes,
                    reason: &reason,
                });
            }
            Planned::Fail(entry, error) => {
                Totals::add(&totals.failed, 1);
                self.settled(entry.bytes);
                self.observer.event(Event::Failed {
                    name: &entry.name,
                    bytes: entry.bytes,
                    error: &error,
                    details: &Details::default(),
                });
            }
        }
        None
    }

    fn settled(&self, bytes: u64) {
        Totals::add(&self.lane.totals.settled_bytes, bytes);
    }
}
