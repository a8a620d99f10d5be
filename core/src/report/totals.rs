//! Counters of a run. The coordinator and the workers add; the console reads whenever it likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use azring_transport::clock::SystemClock;
use azring_transport::traffic::Traffic;

use super::Window;
use crate::Error;
use crate::schedule::tuner::Bound;

/// Live counters, shared by reference. Every number only grows, with two exceptions: the bytes of objects that turn out to
/// be smaller than they were, and objects of the last page that nobody planned before the run was called off.
#[derive(Debug, Default)]
pub struct Totals {
    /// Objects selected so far.
    pub listed: AtomicU64,
    /// Their bytes.
    pub listed_bytes: AtomicU64,
    /// Objects at their destination.
    pub done: AtomicU64,
    /// Their bytes.
    pub done_bytes: AtomicU64,
    /// Objects left alone, by rule or by answer.
    pub skipped: AtomicU64,
    /// Of those done and skipped, the ones that an earlier run of this job did or skipped, and the bytes of the done ones.
    pub done_before: AtomicU64,
    /// See above.
    pub skipped_before: AtomicU64,
    /// See above.
    pub done_before_bytes: AtomicU64,
    /// Objects that failed.
    pub failed: AtomicU64,
    /// Objects that were left unfinished because the run was called off.
    pub interrupted: AtomicU64,
    /// Bytes moved for good: confirmed by the service or written to the disk.
    pub moved_bytes: AtomicU64,
    /// Bytes that an earlier run had moved already, of objects that are done and of parts of others.
    pub kept_bytes: AtomicU64,
    /// Bytes of objects that are done, skipped or failed; with `listed_bytes` this gives the share that is left.
    pub settled_bytes: AtomicU64,
    /// Requests that were sent again; the network's clients count here too.
    pub retries: Arc<AtomicU64>,
    /// What all clients of the run move.
    pub traffic: Arc<Traffic>,
    /// Attempts that the service pushed back (503, 429).
    pub refused: AtomicU64,
    /// Requests that may be under way at once, at present.
    pub concurrency: AtomicU64,
    /// Milliseconds in which the service's push-back set the pace.
    pub throttled_ms: AtomicU64,
    /// What holds the rate where it is; [`Totals::bound`] reads it.
    bound: AtomicU64,
    /// The listing has ended: `listed` is final.
    pub listing_done: AtomicU64,
}

impl Totals {
    /// Adds to one counter.
    pub fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }

    /// What holds the rate where it is, at present.
    pub fn bound(&self) -> Bound {
        let code = Self::get(&self.bound);
        Bound::ALL.get(code as usize).copied().unwrap_or_default()
    }

    /// How long a service has not been reached, where one cannot be at present.
    pub fn unreachable(&self) -> Option<Duration> {
        let outages = self.traffic.availability().outages(&SystemClock);
        outages.iter().map(|outage| outage.lasts).max()
    }

    /// Requests that are under way, at present.
    pub fn under_way(&self) -> u64 {
        self.traffic.under_way().into()
    }

    /// A window has passed.
    pub(crate) fn steered(&self, window: &Window) {
        let (sample, decision) = (&window.sample, &window.decision);
        Self::add(&self.refused, sample.refused.into());
        if decision.bound == Bound::Service {
            Self::add(&self.throttled_ms, sample.window.as_millis() as u64);
        }
        self.concurrency
            .store(decision.concurrency.into(), Ordering::Relaxed);
        self.bound.store(decision.bound as u64, Ordering::Relaxed);
    }

    /// Takes back what was added too much: an object that is smaller than when it was listed.
    pub fn take_back(counter: &AtomicU64, amount: u64) {
        counter.fetch_sub(amount, Ordering::Relaxed);
    }

    /// Reads one counter.
    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// The end of a run. `listed = done + skipped + failed + interrupted`, always; only a run that was called off has
/// `interrupted` ones.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Objects selected.
    pub listed: u64,
    /// Objects at their destination (in a preview: that would be moved).
    pub done: u64,
    /// Objects left alone.
    pub skipped: u64,
    /// Of those done and skipped, the ones that an earlier run of this job did or skipped, and the bytes of the done ones.
    pub done_before: u64,
    /// See above.
    pub skipped_before: u64,
    /// See above.
    pub done_before_bytes: u64,
    /// Objects that failed.
    pub failed: u64,
    /// Objects that were left unfinished because the run was called off.
    pub interrupted: u64,
    /// Bytes of the objects done (in a preview: that would be moved).
    pub bytes: u64,
    /// Requests that were sent again.
    pub retries: u64,
    /// Attempts that the service pushed back (503, 429).
    pub refused: u64,
    /// From the start of the run to its end.
    pub elapsed: Duration,
    /// Parts of the source that could not be listed (folders without permission): the run is not a success.
    pub unlisted: u64,
    /// The listing came to its end: `listed` is all there is. A run that was called off may have seen less.
    pub listing_done: bool,
    /// Why the run ended before everything was tried, where nobody called it off.
    pub ended_by: Option<Error>,
    /// Where earlier runs of this job are gone on from: which those are, in words.
    pub earlier_runs: Option<Box<str>>,
}

impl Summary {
    /// Objects that were listed and neither arrived nor failed nor were left alone by rule: those that were under way when
    /// the run was called off, and those that were not begun.
    pub fn unfinished(&self) -> u64 {
        self.listed
            .saturating_sub(self.done + self.skipped + self.failed)
    }

    /// Every selected object is at its destination or was left alone by rule.
    pub fn is_success(&self) -> bool {
        self.ended_by.is_none()
            && self.failed == 0
            && self.unlisted == 0
            && self.listed == self.done + self.skipped
    }
}
