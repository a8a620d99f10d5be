//! The counters of a run at one moment, and the rate between such moments.
//!
//! `progress_display` takes a sample at intervals. `progress_text` and `json_records` show it.

use std::collections::VecDeque;
use std::time::Duration;

use azring_core::report::Totals;
use azring_core::schedule::tuner::Bound;

/// The counters at one moment.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ProgressSample {
    /// The time since the start of the run.
    pub(super) at: Duration,
    /// Objects selected so far, and their bytes.
    pub(super) listed: u64,
    pub(super) listed_bytes: u64,
    /// The listing is complete.
    pub(super) listing_done: bool,
    /// Objects done, skipped, failed.
    pub(super) done: u64,
    pub(super) skipped: u64,
    pub(super) failed: u64,
    /// Bytes that were moved; and bytes that need not be moved, because their object was skipped or
    /// failed, or because an earlier run moved them.
    pub(super) moved_bytes: u64,
    pub(super) dropped_bytes: u64,
    /// Bytes of requests in flight that were sent or received already, beside `moved_bytes`.
    pub(super) in_flight_bytes: u64,
    /// Entities of a table; `None` for a copy of objects.
    pub(super) entities: Option<u64>,
    /// Ranges of partition keys of an export, and of these the complete ones.
    pub(super) ranges: u64,
    pub(super) ranges_done: u64,
    /// Requests that were sent again.
    pub(super) retries: u64,
    /// Attempts that the service throttled.
    pub(super) refused: u64,
    /// Requests in flight, and the number allowed at the same time.
    pub(super) under_way: u64,
    pub(super) concurrency: u64,
    /// How long throttling has limited the rate.
    pub(super) throttled_ms: u64,
    /// What limits the rate.
    pub(super) bound: Bound,
    /// How long a service has been unreachable.
    pub(super) unreachable: Option<Duration>,
}

impl ProgressSample {
    /// Reads the counters.
    pub(super) fn read(totals: &Totals, at: Duration) -> Self {
        // The order matters: bytes are counted as settled before they are counted as done.
        let done_bytes = Totals::get(&totals.done_bytes);
        let settled_bytes = Totals::get(&totals.settled_bytes);
        Self {
            at,
            listed: Totals::get(&totals.listed),
            listed_bytes: Totals::get(&totals.listed_bytes),
            listing_done: Totals::get(&totals.listing_done) > 0,
            done: Totals::get(&totals.done),
            skipped: Totals::get(&totals.skipped),
            failed: Totals::get(&totals.failed),
            moved_bytes: Totals::get(&totals.moved_bytes),
            dropped_bytes: settled_bytes.saturating_sub(done_bytes)
                + Totals::get(&totals.kept_bytes),
            in_flight_bytes: totals.in_flight_bytes(),
            entities: Some(Totals::get(&totals.entities)).filter(|entities| *entities > 0),
            ranges: Totals::get(&totals.ranges),
            ranges_done: Totals::get(&totals.ranges_done),
            retries: Totals::get(&totals.retries),
            refused: Totals::get(&totals.refused),
            under_way: totals.under_way(),
            concurrency: Totals::get(&totals.concurrency),
            throttled_ms: Totals::get(&totals.throttled_ms),
            bound: totals.bound(),
            unreachable: totals.unreachable(),
        }
    }

    /// Bytes that need not be moved any more.
    pub(super) fn past_bytes(&self) -> u64 {
        (self.sent_bytes() + self.dropped_bytes).min(self.listed_bytes)
    }

    /// The same without those of requests that are not answered yet.
    pub(super) fn confirmed_bytes(&self) -> u64 {
        (self.moved_bytes + self.dropped_bytes).min(self.listed_bytes)
    }

    /// Bytes that were moved, those of requests in flight included.
    pub(super) fn sent_bytes(&self) -> u64 {
        // Requests have heads, and a part of an object may be under way a second time.
        let most = self.listed_bytes.saturating_sub(self.dropped_bytes);
        (self.moved_bytes + self.in_flight_bytes).min(most.max(self.moved_bytes))
    }

    /// Objects that have ended.
    pub(super) fn settled(&self) -> u64 {
        self.done + self.skipped + self.failed
    }

    /// Bytes per second since the start of the run.
    pub(super) fn average(&self) -> u64 {
        per_second(self.sent_bytes(), self.at)
    }
}

fn per_second(bytes: u64, time: Duration) -> u64 {
    if time.is_zero() {
        return 0;
    }
    (bytes as f64 / time.as_secs_f64()) as u64
}

/// The period over which the rate is averaged: long enough to be steady, short enough to show a
/// change.
const WINDOW: Duration = Duration::from_secs(5);

/// The samples of the last seconds, for the current rate.
#[derive(Debug, Default)]
pub(super) struct RateMeter {
    recent: VecDeque<(Duration, u64)>,
}

impl RateMeter {
    /// Adds a sample. Returns the rate over the window before it, in bytes per second.
    pub(super) fn rate(&mut self, sample: &ProgressSample) -> u64 {
        self.recent.push_back((sample.at, sample.sent_bytes()));
        // One sample older than the window stays, so that the window is always full.
        while self
            .recent
            .get(1)
            .is_some_and(|&(at, _)| sample.at.saturating_sub(at) >= WINDOW)
        {
            self.recent.pop_front();
        }
        self.recent.front().map_or(0, |&(at, bytes)| {
            per_second(
                sample.sent_bytes().saturating_sub(bytes),
                sample.at.saturating_sub(at),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_count_when_they_are_sent_and_not_only_when_they_are_confirmed() {
        let mut meter = RateMeter::default();
        let at = |second: u64| ProgressSample {
            at: Duration::from_secs(second),
            listed_bytes: 20 << 20,
            in_flight_bytes: second * 500_000,
            ..ProgressSample::default()
        };
        assert_eq!(meter.rate(&at(0)), 0);
        // One file of 20 MiB at 500 kB/s, of which no block is answered yet.
        assert_eq!(meter.rate(&at(2)), 500_000);
        let sample = at(2);
        assert_eq!(
            (sample.past_bytes(), sample.confirmed_bytes()),
            (1_000_000, 0)
        );
        // A block under way a second time counts no more than what there is to do.
        assert_eq!(at(100).past_bytes(), 20 << 20);
    }

    #[test]
    fn the_rate_forgets_what_is_long_past() {
        let mut meter = RateMeter::default();
        let mut rate = 0;
        for second in 0..=20 {
            let moved_bytes = if second <= 10 { second * 1000 } else { 10_000 };
            rate = meter.rate(&ProgressSample {
                at: Duration::from_secs(second),
                moved_bytes,
                ..ProgressSample::default()
            });
            if second == 10 {
                assert_eq!(rate, 1000);
            }
        }
        assert_eq!(rate, 0);
    }
}
