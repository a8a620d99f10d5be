//! The counters of a run's requests, and the pace at which requests begin.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::hedge_budget::HedgeBudget;
use super::latency::Histogram;
use super::latency_classes::LatencyClasses;
use super::pace::Pacer;
use super::rate_cap::RateCap;
use super::{Attempt, Availability, Latencies, LatencyClass, Pace, Tally};
use crate::clock::Clock;
use crate::{Error, Kind};

/// The most bytes of a small exchange. Its duration is one round trip and the service's work.
const SMALL_BYTES: u64 = 16 * 1024;

/// The counters of a run's requests, and the pace at which they begin.
#[derive(Debug, Default)]
pub struct Traffic {
    received_bytes: AtomicU64,
    sent_bytes: AtomicU64,
    arrived_bytes: AtomicU64,
    failed_bytes: AtomicU64,
    succeeded: AtomicU64,
    succeeded_bytes: AtomicU64,
    succeeded_us: AtomicU64,
    refused: AtomicU64,
    refused_for_bytes: AtomicU64,
    refused_for_requests: AtomicU64,
    timeouts: AtomicU64,
    pub(super) under_way: AtomicU32,
    /// The longest requested wait and the shortest round trip since the last look.
    retry_after_ms: AtomicU64,
    round_trip_us: AtomicU64,
    /// The shortest round trip of all.
    shortest_us: AtomicU64,
    latencies: Histogram,
    pub(super) first_bytes: Histogram,
    pacer: Pacer,
    pub(super) rate_cap: RateCap,
    pub(super) latency_classes: LatencyClasses,
    hedge_budget: HedgeBudget,
    availability: Availability,
}

/// A shorter round trip stays within a machine or a data centre.
const NEAR: Duration = Duration::from_millis(5);

impl Traffic {
    /// The availability of the endpoints.
    pub fn availability(&self) -> &Availability {
        &self.availability
    }

    /// Waits until the pace and the cap allow an attempt of about `bytes` bytes, and begins it.
    pub(crate) async fn begin(self: &Arc<Self>, bytes: u64, clock: &dyn Clock) -> Attempt {
        let mut unexpected = self.rate_cap.unexpected();
        let (paced, capped) = (self.pacer.reserve(bytes), self.rate_cap.reserve(bytes));
        let _waits = (capped > paced).then(|| self.rate_cap.wait());
        let mut wait = paced.max(capped);
        while !wait.is_zero() {
            clock.sleep(wait).await;
            // What nobody expected has taken a part of the time meanwhile.
            let before = std::mem::replace(&mut unexpected, self.rate_cap.unexpected());
            wait = if bytes > 0 {
                unexpected.saturating_sub(before)
            } else {
                Duration::ZERO
            };
        }
        Attempt::new(Arc::clone(self), bytes)
    }

    /// All requests together move no more than this from now on.
    pub fn set_cap(&self, bytes_per_second: f64) {
        self.rate_cap.set(bytes_per_second);
    }

    /// The counters now. The figures since the last look begin again.
    pub fn take_tally(&self) -> Tally {
        let tally = self.tally();
        self.retry_after_ms.store(0, Relaxed);
        self.round_trip_us.store(0, Relaxed);
        tally
    }

    /// The counters now. No figure begins again.
    pub fn tally(&self) -> Tally {
        let retry_after_ms = self.retry_after_ms.load(Relaxed);
        let round_trip_us = self.round_trip_us.load(Relaxed);
        let some = |number: u64| (number > 0).then_some(number);
        Tally {
            received_bytes: self.received_bytes.load(Relaxed),
            sent_bytes: self.sent_bytes.load(Relaxed),
            arrived_bytes: self.arrived_bytes.load(Relaxed),
            failed_bytes: self.failed_bytes.load(Relaxed),
            succeeded: self.succeeded.load(Relaxed),
            succeeded_bytes: self.succeeded_bytes.load(Relaxed),
            succeeded_us: self.succeeded_us.load(Relaxed),
            refused: self.refused.load(Relaxed),
            refused_for_bytes: self.refused_for_bytes.load(Relaxed),
            refused_for_requests: self.refused_for_requests.load(Relaxed),
            timeouts: self.timeouts.load(Relaxed),
            hedged: self.hedge_budget.taken(),
            delayed: self.rate_cap.delayed(),
            held_back: self.rate_cap.waiting(),
            under_way: self.under_way.load(Relaxed),
            retry_after: some(retry_after_ms).map(Duration::from_millis),
            round_trip: some(round_trip_us).map(Duration::from_micros),
        }
    }

    /// How many requests have succeeded since the run began.
    pub(crate) fn succeeded_so_far(&self) -> u64 {
        self.succeeded.load(Relaxed)
    }

    /// Whether the service is near: some round trip took less than [`NEAR`].
    pub fn is_near(&self) -> bool {
        let shortest_us = self.shortest_us.load(Relaxed);
        shortest_us > 0 && Duration::from_micros(shortest_us) < NEAR
    }

    /// How many attempts are under way now.
    pub fn under_way(&self) -> u32 {
        self.under_way.load(Relaxed)
    }

    /// Bytes of the attempts that are under way now: those that they have received, and those of their requests
    /// that the peer has acknowledged; heads included.
    pub fn in_flight_bytes(&self) -> u64 {
        // What has ended is read first. An attempt that ends meanwhile counts once more as under way.
        let ended = self.succeeded_bytes.load(Relaxed) + self.failed_bytes.load(Relaxed);
        let moved = self.received_bytes.load(Relaxed) + self.arrived_bytes.load(Relaxed);
        moved.saturating_sub(ended)
    }

    /// The durations of the requests that succeeded, since the run began.
    pub fn latencies(&self) -> Latencies {
        self.latencies.read()
    }

    /// The times until their answers began, since the run began.
    pub fn first_bytes(&self) -> Latencies {
        self.first_bytes.read()
    }

    /// Attempts begin no faster than this from now on; `None`: without a limit.
    pub fn set_pace(&self, pace: Option<Pace>) {
        self.pacer.set(pace);
    }

    /// No attempt begins for this long.
    pub fn hold(&self, wait: Duration) {
        self.pacer.hold(wait);
    }

    /// Allows or forbids that a late request is sent a second time. It is allowed while nothing is
    /// left to begin.
    pub fn set_hedging(&self, is_there: bool) {
        self.hedge_budget.set(is_there);
    }

    /// Whether a late request may be sent a second time now. Under a cap it never is: a request is late there
    /// because it waits for its turn.
    pub fn allows_hedging(&self) -> bool {
        self.hedge_budget.is_there() && !self.rate_cap.is_set()
    }

    /// Takes a second attempt of `bytes` bytes from the budget, if there is room.
    pub(crate) fn take_hedge(&self, bytes: u64) -> bool {
        let succeeded_bytes = self.succeeded_bytes.load(Relaxed);
        self.allows_hedging() && self.hedge_budget.take(bytes, succeeded_bytes)
    }

    /// After which time a request of this class is late, where that is known.
    pub(crate) fn late_after(&self, kind: LatencyClass) -> Option<Duration> {
        self.latency_classes.late_after(kind)
    }

    /// How long to wait for the beginning of its answer.
    pub(crate) fn patience(&self, kind: LatencyClass, silences: u32, most: Duration) -> Duration {
        self.latency_classes.patience(kind, silences, most)
    }

    /// Notes how long its answer took to begin, or was waited for in vain.
    pub(crate) fn note_silence(&self, kind: LatencyClass, silence: Duration) {
        self.latency_classes.note_silence(kind, silence);
    }

    /// Counts bytes that came over a connection.
    pub(crate) fn received(&self, bytes: u64) {
        self.received_bytes.fetch_add(bytes, Relaxed);
    }

    /// Notes how long a connection took to be made.
    pub(crate) fn connected(&self, took: Duration) {
        self.saw_round_trip(took);
    }

    /// Counts bytes that have arrived.
    pub(crate) fn arrived(&self, bytes: u64) {
        self.arrived_bytes.fetch_add(bytes, Relaxed);
    }

    pub(super) fn sent(&self, bytes: u64) {
        self.sent_bytes.fetch_add(bytes, Relaxed);
    }

    pub(super) fn succeeded(&self, bytes: u64, took: Duration) {
        self.succeeded.fetch_add(1, Relaxed);
        self.succeeded_bytes.fetch_add(bytes, Relaxed);
        let micros = (took.as_micros() as u64).max(1);
        self.succeeded_us.fetch_add(micros, Relaxed);
        self.latencies.add(took);
        if bytes <= SMALL_BYTES {
            self.saw_round_trip(took);
        }
    }

    pub(super) fn failed(&self, bytes: u64, error: Option<&Error>) {
        self.failed_bytes.fetch_add(bytes, Relaxed);
        let Some(error) = error else { return };
        match error.kind() {
            _ if error.is_pushback() => {
                self.refused.fetch_add(1, Relaxed);
                self.count_cause(error);
                let asked = error.retry_after_ms().unwrap_or(0);
                self.retry_after_ms.fetch_max(asked, Relaxed);
            }
            Kind::Timeout => {
                self.timeouts.fetch_add(1, Relaxed);
            }
            _ => {}
        }
    }

    /// Counts the bytes of a refused attempt whose sender keeps to the limits of the service by itself.
    pub(super) fn refused_at_own_pace(&self, bytes: u64) {
        self.failed_bytes.fetch_add(bytes, Relaxed);
    }

    /// Blob storage names the exceeded limit in the message: "Ingress is over the account limit.",
    /// "Operations per second is over the account limit."
    /// <https://learn.microsoft.com/azure/storage/blobs/storage-performance-checklist>
    fn count_cause(&self, error: &Error) {
        let message = error.message().to_ascii_lowercase();
        if message.contains("gress is over") {
            self.refused_for_bytes.fetch_add(1, Relaxed);
        } else if message.contains("operations per second") {
            self.refused_for_requests.fetch_add(1, Relaxed);
        }
    }

    fn saw_round_trip(&self, took: Duration) {
        let took = (took.as_micros() as u64).max(1);
        for shortest in [&self.round_trip_us, &self.shortest_us] {
            let _ = shortest.fetch_update(Relaxed, Relaxed, |least| {
                (least == 0 || took < least).then_some(took)
            });
        }
    }
}
