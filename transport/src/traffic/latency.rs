//! A histogram of durations. Its steps are an eighth of a doubling, so a percentile is known to
//! about ten per cent.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Steps for each doubling.
const STEPS: u64 = 8;

/// Slots from a microsecond to more than an hour.
const SLOTS: usize = 33 * STEPS as usize;

/// The counts, to which all workers add.
#[derive(Debug)]
pub(super) struct Histogram([AtomicU64; SLOTS]);

impl Default for Histogram {
    fn default() -> Self {
        Self(std::array::from_fn(|_| AtomicU64::new(0)))
    }
}

impl Histogram {
    pub(super) fn add(&self, took: Duration) {
        self.0[slot(took)].fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> Latencies {
        Latencies(self.0.iter().map(|count| count.load(Relaxed)).collect())
    }
}

/// The counts of requests by duration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Latencies(Vec<u64>);

impl Latencies {
    /// The number of requests.
    pub fn requests(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The duration that this share of the requests, 0 to 1, did not exceed; `None` when there were
    /// none.
    pub fn percentile(&self, share: f64) -> Option<Duration> {
        let wanted = (self.requests() as f64 * share.clamp(0.0, 1.0)).ceil() as u64;
        let mut counted = 0;
        let slot = self.0.iter().position(|count| {
            counted += count;
            counted >= wanted.max(1)
        });
        slot.map(upper)
    }

    /// The requests since an earlier look.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let pairs = self.0.iter().zip(&earlier.0);
        Self(pairs.map(|(now, then)| now - then).collect())
    }
}

/// The slot of a duration: its whole doublings, and the eighths above.
fn slot(took: Duration) -> usize {
    let micros = (took.as_micros() as u64).clamp(1, 1 << 40);
    let doublings = u64::from(micros.ilog2());
    let above = (micros - (1 << doublings)) * STEPS / (1 << doublings);
    ((doublings * STEPS + above) as usize).min(SLOTS - 1)
}

/// The longest duration in a slot.
fn upper(slot: usize) -> Duration {
    let (doublings, above) = (slot as u64 / STEPS, slot as u64 % STEPS);
    let micros = (1_u64 << doublings) + ((above + 1) << doublings) / STEPS;
    Duration::from_micros(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_right_within_an_eighth() {
        let histogram = Histogram::default();
        for ms in 1..=1000 {
            histogram.add(Duration::from_millis(ms));
        }
        let read = histogram.read();
        assert_eq!(read.requests(), 1000);
        for (share, ms) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0), (1.0, 1000.0)] {
            let found = read.percentile(share).unwrap().as_secs_f64() * 1e3;
            assert!(
                found >= ms * 0.99 && found <= ms * 1.13,
                "{share}: {found} ms"
            );
        }
        assert_eq!(read.since(&read).percentile(0.5), None);
    }

    #[test]
    fn every_time_has_a_place() {
        for micros in [0, 1, 2, 3, 7, 8, 1000, u64::MAX / 2] {
            let took = Duration::from_micros(micros);
            assert!(slot(took) < SLOTS);
            assert!(micros > 1 << 33 || upper(slot(took)) >= took);
        }
    }
}
