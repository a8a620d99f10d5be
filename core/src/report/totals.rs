//! Counters of a run. The coordinator and the workers add to them; the console reads them at any
//! time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use azring_transport::clock::SystemClock;
use azring_transport::traffic::Traffic;

use super::{Deletions, Window};
use crate::Error;
use crate::schedule::tuner::Bound;

/// Live counters, shared by reference.
///
/// Every number only grows, with two exceptions: the bytes of objects that are smaller than when
/// they were listed, and objects of the last page that were not planned before the run was stopped.
#[derive(Debug, Default)]
pub struct Totals {
    /// Objects selected so far.
    pub listed: AtomicU64,
    /// Their bytes.
    pub listed_bytes: AtomicU64,
    /// Objects at the target.
    pub done: AtomicU64,
    /// Their bytes.
    pub done_bytes: AtomicU64,
    /// Objects skipped, by option or by answer.
    pub skipped: AtomicU64,
    /// Of those done and skipped, the ones of earlier runs of this job, and the bytes of the done
    /// ones.
    pub done_before: AtomicU64,
    /// See above.
    pub skipped_before: AtomicU64,
    /// See above.
    pub done_before_bytes: AtomicU64,
    /// Objects that failed.
    pub failed: AtomicU64,
    /// Entities of an import that exist and were left as they are.
    pub entities_skipped: AtomicU64,
    /// Entities of an import that the service refused.
    pub entities_refused: AtomicU64,
    /// Directories whose attributes and times could not be kept.
    pub directories_failed: AtomicU64,
    /// Objects that were not finished because the run was stopped.
    pub interrupted: AtomicU64,
    /// Bytes that the service confirmed, or that were written to the disk.
    pub moved_bytes: AtomicU64,
    /// Bytes that an earlier run had transferred already, of done objects and of parts of others.
    pub kept_bytes: AtomicU64,
    /// Bytes of objects that are done, skipped or failed; with `listed_bytes` this gives the
    /// remaining share.
    pub settled_bytes: AtomicU64,
    /// Entities of a table that were exported or imported, also by earlier runs of this job.
    pub entities: AtomicU64,
    /// Ranges of partition keys that an export has, and of these the complete ones.
    pub ranges: AtomicU64,
    /// See above.
    pub ranges_done: AtomicU64,
    /// Requests that were repeated; the network's clients count here too.
    pub retries: Arc<AtomicU64>,
    /// What all clients of the run transfer.
    pub traffic: Arc<Traffic>,
    /// Attempts that the service pushed back (503, 429).
    pub refused: AtomicU64,
    /// Requests that may be in flight at once now.
    pub concurrency: AtomicU64,
    /// Milliseconds in which the service's push-back limited the rate.
    pub throttled_ms: AtomicU64,
    /// What limits the rate; [`Totals::bound`] reads it.
    bound: AtomicU64,
    /// The listing has ended: `listed` is final.
    pub listing_done: AtomicU64,
}

impl Totals {
    /// Adds to one counter.
    pub fn add(counter: &AtomicU64, amount: u64) {
        counter.fetch_add(amount, Ordering::Relaxed);
    }

    /// What limits the rate now.
    pub fn bound(&self) -> Bound {
        let code = Self::get(&self.bound);
        Bound::ALL.get(code as usize).copied().unwrap_or_default()
    }

    /// The duration of an outage, if a service cannot be reached now.
    pub fn unreachable(&self) -> Option<Duration> {
        self.outages().into_iter().max()
    }

    /// The durations of the outages that last, one for each service that cannot be reached now.
    pub fn outages(&self) -> Vec<Duration> {
        let outages = self.traffic.availability().outages(&SystemClock);
        outages.iter().map(|outage| outage.lasts).collect()
    }

    /// Requests in flight now.
    pub fn under_way(&self) -> u64 {
        self.traffic.under_way().into()
    }

    /// Bytes of requests in flight that were sent or received already, and are no part of
    /// `moved_bytes` yet.
    pub fn in_flight_bytes(&self) -> u64 {
        self.traffic.in_flight_bytes()
    }

    /// Counts a window.
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

    /// Subtracts from one counter: an object is smaller than when it was listed.
    pub fn take_back(counter: &AtomicU64, amount: u64) {
        counter.fetch_sub(amount, Ordering::Relaxed);
    }

    /// Reads one counter.
    pub fn get(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

/// The end of a run.
///
/// `listed = done + skipped + failed + interrupted`, always. Only a stopped run has `interrupted`
/// objects.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Objects selected.
    pub listed: u64,
    /// Objects at the target (in a preview: that would be copied).
    pub done: u64,
    /// Objects skipped.
    pub skipped: u64,
    /// Of those done and skipped, the ones of earlier runs of this job, and the bytes of the done
    /// ones.
    pub done_before: u64,
    /// See above.
    pub skipped_before: u64,
    /// See above.
    pub done_before_bytes: u64,
    /// Objects that failed.
    pub failed: u64,
    /// Directories whose attributes and times could not be kept.
    pub directories_failed: u64,
    /// Objects that were not finished because the run was stopped.
    pub interrupted: u64,
    /// Bytes of the objects done (in a preview: that would be copied).
    pub bytes: u64,
    /// Entities of a table that were exported or imported, also by earlier runs of this job; `None`
    /// for a copy of objects.
    pub entities: Option<u64>,
    /// Requests that were repeated.
    pub retries: u64,
    /// Attempts that the service pushed back (503, 429).
    pub refused: u64,
    /// From the start of the run to its end.
    pub elapsed: Duration,
    /// Parts of the source that could not be listed (folders without permission): the run is not a
    /// success.
    pub unlisted: u64,
    /// The listing came to its end, so `listed` is final. A stopped run may have seen less.
    pub listing_done: bool,
    /// Why the run ended before everything was tried, unless the user stopped it.
    pub ended_by: Option<Error>,
    /// The earlier runs of this job, in words.
    pub earlier_runs: Option<Box<str>>,
    /// What a sync deleted; `None` for any other run.
    pub deletions: Option<Deletions>,
    /// Objects that a move deleted at the source; `None` for any other run.
    pub moved: Option<u64>,
}

impl Summary {
    /// The summary of a run that goes no further than its counters are now. Objects that have not ended are
    /// interrupted.
    pub fn of_unfinished(totals: &Totals, elapsed: Duration) -> Self {
        let mut summary = Self {
            elapsed,
            ..Self::of(totals)
        };
        summary.interrupted = summary.unfinished();
        summary
    }

    /// The counters as they are now.
    pub(crate) fn of(totals: &Totals) -> Self {
        // What has ended is read before what is listed, so that it is never more.
        let [done, skipped, failed] =
            [&totals.done, &totals.skipped, &totals.failed].map(Totals::get);
        Self {
            done,
            skipped,
            failed,
            done_before: Totals::get(&totals.done_before),
            skipped_before: Totals::get(&totals.skipped_before),
            done_before_bytes: Totals::get(&totals.done_before_bytes),
            directories_failed: Totals::get(&totals.directories_failed),
            interrupted: Totals::get(&totals.interrupted),
            bytes: Totals::get(&totals.done_bytes),
            retries: Totals::get(&totals.retries),
            refused: Totals::get(&totals.refused),
            listing_done: Totals::get(&totals.listing_done) > 0,
            listed: Totals::get(&totals.listed),
            ..Self::default()
        }
    }

    /// Listed objects that are neither done nor skipped nor failed, because the run was stopped.
    pub fn unfinished(&self) -> u64 {
        self.listed
            .saturating_sub(self.done + self.skipped + self.failed)
    }

    /// Whether every selected object is at the target or was skipped by rule.
    pub fn is_success(&self) -> bool {
        self.ended_by.is_none()
            && self.failed == 0
            && self.unlisted == 0
            && self.directories_failed == 0
            && self.listed == self.done + self.skipped
            && self.deletions.as_ref().is_none_or(Deletions::is_success)
    }
}
