//! The most bytes per second of a run, as the user wants it.
//!
//! Every attempt waits until the bytes that it will move are due, after those of all attempts before it. So at
//! no moment have more bytes moved since the beginning than the rate allows. Time in which nothing waited is
//! kept for a second: requests that come one after the other would else lose the time that each takes. What an
//! attempt has moved more or less than was expected is settled when it ends.
//!
//! The length of many answers is not known before they arrive: listings, entities of tables. An attempt that is
//! expected to move nothing to speak of does not wait for the bytes of others. Its answer is read at the rate of
//! the cap instead, each part is waited for before the next one is read, and the attempts that wait already wait
//! that much longer.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

/// Unused time is kept for this long.
const KEPT_NS: u64 = 1_000_000_000;

/// The cap of one run; none unless it is set.
#[derive(Debug)]
pub(super) struct RateCap {
    epoch: Instant,
    /// Nanoseconds for each mebibyte; zero is no cap.
    ns_per_mib: AtomicU64,
    /// When everything that was admitted is due, since the epoch.
    due_ns: AtomicU64,
    /// The same for the bytes that nobody expected.
    unexpected_due_ns: AtomicU64,
    /// How long the bytes that nobody expected take, all of them so far.
    unexpected_ns: AtomicU64,
    /// Attempts that wait.
    waiting: AtomicU32,
    /// Attempts that have had to wait.
    delayed: AtomicU64,
}

impl Default for RateCap {
    fn default() -> Self {
        Self {
            epoch: Instant::now(),
            ns_per_mib: AtomicU64::new(0),
            due_ns: AtomicU64::new(0),
            unexpected_due_ns: AtomicU64::new(0),
            unexpected_ns: AtomicU64::new(0),
            waiting: AtomicU32::new(0),
            delayed: AtomicU64::new(0),
        }
    }
}

/// An attempt that waits for its bytes. Dropping it ends the waiting.
#[derive(Debug)]
pub(super) struct CapWait<'a>(&'a RateCap);

impl Drop for CapWait<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

impl RateCap {
    /// Sets the cap, from now on.
    pub(super) fn set(&self, bytes_per_second: f64) {
        let ns = (1_048_576.0 * 1e9 / bytes_per_second.max(1.0)).ceil() as u64;
        let now = self.now_ns();
        self.due_ns.store(now, Relaxed);
        self.unexpected_due_ns.store(now, Relaxed);
        self.ns_per_mib.store(ns.max(1), Relaxed);
    }

    /// Whether there is a cap.
    pub(super) fn is_set(&self) -> bool {
        self.ns_per_mib.load(Relaxed) > 0
    }

    /// Admits an attempt of about `bytes` bytes; returns how long it has to wait.
    pub(super) fn reserve(&self, bytes: u64) -> Duration {
        let gap = self.gap_ns(bytes);
        let now = self.now_ns();
        if gap == 0 {
            let due = self.unexpected_due_ns.load(Relaxed);
            return Duration::from_nanos(due.saturating_sub(now));
        }
        let mut due = now;
        let _always_updated = self.due_ns.fetch_update(Relaxed, Relaxed, |before| {
            due = before.max(now.saturating_sub(KEPT_NS)).saturating_add(gap);
            Some(due)
        });
        Duration::from_nanos(due.saturating_sub(now))
    }

    /// Admits bytes of an answer that nobody expected; returns how long to wait before more are read.
    ///
    /// Time is unused only as far as no admitted attempt needs it.
    pub(super) fn admit(&self, bytes: u64) -> Duration {
        let gap = self.gap_ns(bytes);
        if gap == 0 {
            return Duration::ZERO;
        }
        let now = self.now_ns();
        let least = now.saturating_sub(KEPT_NS);
        let mut begins = now;
        let _always_updated = self.due_ns.fetch_update(Relaxed, Relaxed, |before| {
            begins = before.clamp(least, now);
            Some(before.max(least).saturating_add(gap))
        });
        let mut due = now;
        let update = |before: u64| {
            due = before.max(begins).saturating_add(gap);
            Some(due)
        };
        let _always_updated = self
            .unexpected_due_ns
            .fetch_update(Relaxed, Relaxed, update);
        self.unexpected_ns.fetch_add(gap, Relaxed);
        Duration::from_nanos(due.saturating_sub(now))
    }

    /// How long the bytes that nobody expected take, all of them so far.
    pub(super) fn unexpected(&self) -> Duration {
        Duration::from_nanos(self.unexpected_ns.load(Relaxed))
    }

    /// Notes that an attempt waits, until the note is dropped.
    pub(super) fn wait(&self) -> CapWait<'_> {
        self.waiting.fetch_add(1, Relaxed);
        self.delayed.fetch_add(1, Relaxed);
        CapWait(self)
    }

    /// Settles what an attempt has moved, for which `reserved` bytes were admitted.
    pub(super) fn settle(&self, reserved: u64, moved: u64) {
        let more = self.gap_ns(moved.saturating_sub(reserved));
        let less = self.gap_ns(reserved.saturating_sub(moved));
        if more > 0 {
            self.unexpected_ns.fetch_add(more, Relaxed);
            let now = self.now_ns();
            let _always_updated = self
                .unexpected_due_ns
                .fetch_update(Relaxed, Relaxed, |due| {
                    Some(due.max(now).saturating_add(more))
                });
        }
        if more > 0 || less > 0 {
            let _always_updated = self.due_ns.fetch_update(Relaxed, Relaxed, |due| {
                Some(due.saturating_add(more).saturating_sub(less))
            });
        }
    }

    /// How many attempts wait now.
    pub(super) fn waiting(&self) -> u32 {
        self.waiting.load(Relaxed)
    }

    /// How many attempts have waited so far.
    pub(super) fn delayed(&self) -> u64 {
        self.delayed.load(Relaxed)
    }

    fn gap_ns(&self, bytes: u64) -> u64 {
        let ns = (u128::from(self.ns_per_mib.load(Relaxed)) * u128::from(bytes)) >> 20;
        ns.min(u128::from(u64::MAX / 4)) as u64
    }

    fn now_ns(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }
}
