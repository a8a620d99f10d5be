//! A source that is listed again and again until its time is over, for measuring.
//!
//! Objects that were listed by then are still copied. So few objects are listed before they can be copied.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, timeout_at};

use crate::Result;
use crate::entry::{Entry, EntryName};
use crate::schedule::limits::OPEN_MAX;
use crate::store::source::start_listing;
use crate::store::{ListScope, Page, Pages, Reader, Source, Step, Tools, pass_on_to};

/// The lead at first, in parts: small objects that are listed and have not begun. A large object counts as several parts.
///
/// The lead doubles whenever no listed object was left. On a slow link it stays as it is.
const AHEAD_MIN: u32 = 8;

/// The lead at most, in parts.
const AHEAD_MAX: u32 = 256;

/// The size of one part of the lead, in bytes.
const PART_BYTES: u64 = 256 << 10;

/// The most parts of the lead that one object takes, however large it is, so that several objects are always listed.
const WEIGHT_MAX: u64 = AHEAD_MAX as u64 / 4;

/// The most entries of one page.
const PAGE_ENTRIES: usize = 256;

/// A source and its time.
pub(crate) struct RepeatingSource {
    inner: Arc<dyn Source>,
    lasts: Duration,
    lead: Lead,
}

/// The objects that were listed and have not begun.
#[derive(Debug)]
struct Lead {
    /// The number of these objects, and the parts of the lead that they take.
    objects: AtomicU32,
    ahead: AtomicU32,
    /// The size of the lead.
    most: AtomicU32,
    begun: Notify,
}

impl Lead {
    fn new() -> Self {
        Self {
            objects: AtomicU32::new(0),
            ahead: AtomicU32::new(0),
            most: AtomicU32::new(AHEAD_MIN / 2),
            begun: Notify::new(),
        }
    }

    /// Takes so much, if there is room for it; for as many as the queue waits for there always is.
    fn take(&self, weight: u32) -> bool {
        let objects = self.objects.load(Relaxed);
        if objects == 0 {
            let most = self.most.load(Relaxed);
            self.most.store((most * 2).min(AHEAD_MAX), Relaxed);
        }
        let ahead = self.ahead.load(Relaxed);
        let fits = objects < OPEN_MAX as u32 || ahead + weight <= self.most.load(Relaxed);
        if fits {
            self.objects.fetch_add(1, Relaxed);
            self.ahead.fetch_add(weight, Relaxed);
        }
        fits
    }

    /// So much has begun. What begins anew after a failure has been counted before.
    fn give_back(&self, weight: u32) {
        for (counter, less) in [(&self.objects, 1), (&self.ahead, weight)] {
            let _always_some = counter.fetch_update(Relaxed, Relaxed, |counted| {
                Some(counted.saturating_sub(less))
            });
        }
        self.begun.notify_one();
    }
}

impl RepeatingSource {
    /// The objects of `inner`, for so long from when they are listed.
    pub(crate) fn new(inner: Arc<dyn Source>, lasts: Duration) -> Self {
        Self {
            inner,
            lasts,
            lead: Lead::new(),
        }
    }

    async fn run(self: Arc<Self>, tools: Tools, from: ListScope, pages: Sender<Result<Page>>) {
        let end = Instant::now() + self.lasts;
        // Its end is no error: the time is over, or nobody listens any more.
        let _over = timeout_at(end, self.rounds(&tools, from, &pages)).await;
    }

    async fn rounds(
        &self,
        tools: &Tools,
        from: ListScope,
        pages: &Sender<Result<Page>>,
    ) -> Option<()> {
        let mut from = Some(from);
        loop {
            let position = from.take().unwrap_or_default();
            let mut listed = Arc::clone(&self.inner).list(tools, position);
            let mut has_any = false;
            while let Some(page) = listed.recv().await {
                let mut page = match page {
                    Ok(page) => page,
                    Err(error) => {
                        pages.send(Err(error)).await.ok()?;
                        return None;
                    }
                };
                has_any |= !page.entries.is_empty();
                let entries = std::mem::take(&mut page.entries);
                pages.send(Ok(page)).await.ok()?;
                self.hand_on(entries, pages).await?;
            }
            if !has_any {
                return None;
            }
        }
    }

    /// Hands entries on as there is room for them, several at once where there is.
    async fn hand_on(&self, entries: Vec<Entry>, pages: &Sender<Result<Page>>) -> Option<()> {
        let mut ready = Page::default();
        for entry in entries {
            let weight = weight(&entry);
            while !self.lead.take(weight) {
                send(&mut ready, pages).await?;
                self.lead.begun.notified().await;
            }
            ready.entries.push(entry);
            if ready.entries.len() >= PAGE_ENTRIES {
                send(&mut ready, pages).await?;
            }
        }
        send(&mut ready, pages).await
    }
}

async fn send(ready: &mut Page, pages: &Sender<Result<Page>>) -> Option<()> {
    let page = std::mem::take(ready);
    if page.entries.is_empty() {
        return Some(());
    }
    pages.send(Ok(page)).await.ok()
}

/// How much of the lead an object takes.
fn weight(entry: &Entry) -> u32 {
    (entry.bytes / PART_BYTES).clamp(1, WEIGHT_MAX) as u32
}

impl Source for RepeatingSource {
    pass_on_to!(inner);

    fn list(self: Arc<Self>, tools: &Tools, from: ListScope) -> Pages {
        start_listing(|pages| self.run(tools.clone(), from, pages))
    }

    fn find<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a EntryName,
        snapshot: Option<&'a str>,
    ) -> Step<'a, Result<Option<Entry>>> {
        self.inner.find(tools, name, snapshot)
    }

    fn complete<'a>(&'a self, tools: &'a Tools, entry: Entry) -> Step<'a, Result<Entry>> {
        self.inner.complete(tools, entry)
    }

    /// Whoever opens one makes room for the next.
    fn open<'a>(&'a self, tools: &'a Tools, entry: &'a Entry) -> Step<'a, Result<Arc<dyn Reader>>> {
        self.lead.give_back(weight(entry));
        self.inner.open(tools, entry)
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::buffer::Pool;
    use azring_transport::client::{Client, Settings};
    use azring_transport::disk::Disk;
    use tokio::task::LocalSet;

    use super::*;
    use crate::location::Synthetic;
    use crate::store::synthetic::SyntheticSource;

    fn tools() -> Tools {
        Tools {
            client: Client::new(Arc::new(Settings::default())).unwrap(),
            disk: Disk::threads(),
            pool: Pool::new(0, 1).unwrap(),
        }
    }

    fn lasting(objects: Option<u64>, object_bytes: u64) -> Arc<RepeatingSource> {
        let generated = Synthetic {
            seed: 1,
            objects,
            object_bytes,
        };
        let inner = Arc::new(SyntheticSource::new(generated));
        Arc::new(RepeatingSource::new(inner, Duration::from_mins(1)))
    }

    /// Takes what is listed until the time is over; opens it, or does not.
    fn listed(source: &Arc<RepeatingSource>, opens_max: usize) -> Vec<EntryName> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        LocalSet::new().block_on(&runtime, async {
            let tools = tools();
            let mut pages = Arc::clone(source).list(&tools, ListScope::default());
            let mut names = Vec::new();
            while let Some(page) = pages.recv().await {
                for entry in page.unwrap().entries {
                    names.push(entry.name.clone());
                    if names.len() <= opens_max {
                        source.open(&tools, &entry).await.unwrap();
                    }
                }
                // So much time passes with every page.
                tokio::time::advance(Duration::from_millis(100)).await;
            }
            names
        })
    }

    #[test]
    fn what_nobody_takes_is_not_listed_without_end() {
        assert_eq!(listed(&lasting(None, 4096), 0).len(), 8);
        assert_eq!(listed(&lasting(None, 1 << 30), 0).len(), OPEN_MAX);
    }

    #[test]
    fn what_is_taken_at_once_is_listed_further_ahead() {
        // All of it is taken, then half of it, and so on: there was nothing left again and again.
        let small = listed(&lasting(None, 4096), 2000).len();
        assert_eq!(small, 2000 + AHEAD_MAX as usize);
        let large = listed(&lasting(None, 1 << 30), 100).len();
        assert_eq!(large, 100 + OPEN_MAX);
    }

    #[test]
    fn the_same_objects_come_round_until_the_time_is_over() {
        let names = listed(&lasting(Some(3), 4096), usize::MAX);
        assert!(names.len() > 30, "{}", names.len());
        assert_eq!(names[0], names[3]);
        assert_ne!(names[0], names[1]);
    }

    #[test]
    fn a_source_without_objects_is_not_asked_for_ever() {
        assert_eq!(listed(&lasting(Some(0), 1), 0).len(), 0);
    }
}
