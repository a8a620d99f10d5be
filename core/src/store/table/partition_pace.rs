//! How fast the entities of one partition are read or written once the service has refused some.
//!
//! The service serves a number of entities a second of each partition, and refuses what is more. A request
//! that is refused comes back after a second, so a partition that is asked for too fast is refused again
//! and again. From the first refusal on, requests for a partition are spaced: first by the documented
//! number, then by what the service shows.
//! <https://learn.microsoft.com/azure/storage/tables/scalability-targets>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azring_transport::clock::Clock;

/// Entities a second of a partition, as the service's documentation has them.
const TARGET: f64 = 2_000.0;

/// What of a number at which something was refused is tried next.
const AFTER_REFUSAL: f64 = 0.99;

/// Where the last refusal was this short a time ago, the number falls twice as fast as it did then, up to
/// so many times.
const SHORT: Duration = Duration::from_secs(10);
const DOUBLINGS_MAX: u32 = 5;

/// What of the time since a refusal counts: the service may count later.
const COUNTED: f64 = 0.95;

/// The growth in a second, how long nothing is refused until it doubles, and the most.
const GROWTH: f64 = 0.0002;
const GROWTH_DOUBLES_AFTER: f64 = 30.0;
const GROWTH_MAX: f64 = 0.05;

/// How long a partition saves up what it does not use.
const SAVED_S: f64 = 1.0;

/// Partitions whose use is remembered.
const PARTITIONS_MAX: usize = 1_000;

/// The pace of all partitions of a table.
#[derive(Debug, Default)]
struct PartitionPace {
    /// Entities a second; `None` while nothing was refused.
    rate: Option<f64>,
    refused_at: Duration,
    /// Refusals before that one, each a short time after the one before.
    row: u32,
    changed_at: Duration,
    partitions: HashMap<Box<str>, PartitionCredit>,
}

/// How many entities of a partition may be asked for at a time.
#[derive(Debug, Clone, Copy)]
struct PartitionCredit {
    entities: f64,
    at: Duration,
}

impl PartitionPace {
    /// Reserves so many entities of a partition at this time; returns how long to wait before the request.
    fn reserve(&mut self, partition: &str, entities: usize, now: Duration) -> Duration {
        let Some(rate) = self.grown(now) else {
            return Duration::ZERO;
        };
        let credit = self.credit(partition, rate, now);
        credit.entities -= entities as f64;
        Duration::from_secs_f64((-credit.entities).max(0.0) / rate)
    }

    /// A request for so many entities of a partition was answered in the end. It was sent at `sent`, and
    /// the service has refused it so often before. `reserved` were reserved for it.
    fn answered(
        &mut self,
        partition: &str,
        (reserved, entities): (usize, usize),
        refusals: u32,
        (sent, now): (Duration, Duration),
    ) {
        let is_first = self.rate.is_none();
        // Requests that were on their way together are refused together.
        if refusals > 0 && (is_first || self.refused_at < sent) {
            let is_short = !is_first && now.saturating_sub(self.refused_at) < SHORT;
            self.row = if is_short { self.row + 1 } else { 0 };
            let factor = AFTER_REFUSAL.powi(1 << self.row.min(DOUBLINGS_MAX));
            self.rate = Some((self.rate.unwrap_or(TARGET) * factor).max(1.0));
            (self.refused_at, self.changed_at) = (now, now);
        }
        let Some(rate) = self.rate else { return };
        let credit = self.credit(partition, rate, now);
        if refusals > 0 {
            // Nothing was left when it was refused; since then something has come.
            let since = now.saturating_sub(sent).as_secs_f64();
            let come = since * COUNTED * rate;
            credit.entities = come.min(rate * SAVED_S) - entities as f64;
        } else {
            credit.entities += reserved as f64 - entities as f64;
        }
    }

    /// The present number, which grows while nothing is refused.
    fn grown(&mut self, now: Duration) -> Option<f64> {
        let rate = self.rate?;
        let quiet = now.saturating_sub(self.refused_at).as_secs_f64();
        let growth = (GROWTH * (quiet / GROWTH_DOUBLES_AFTER).exp2()).min(GROWTH_MAX);
        let passed = now.saturating_sub(self.changed_at).as_secs_f64();
        let rate = rate * (1.0 + growth * passed.min(1.0));
        self.changed_at = now;
        self.rate = Some(rate);
        Some(rate)
    }

    /// What a partition has at this time. One that was not used has everything.
    fn credit(&mut self, partition: &str, rate: f64, now: Duration) -> &mut PartitionCredit {
        let most = rate * SAVED_S;
        let at = |credit: &PartitionCredit| {
            let passed = now.saturating_sub(credit.at).as_secs_f64();
            (credit.entities + passed * rate).min(most)
        };
        if self.partitions.len() >= PARTITIONS_MAX && !self.partitions.contains_key(partition) {
            self.partitions.retain(|_, credit| at(credit) < most);
        }
        let new = PartitionCredit {
            entities: most,
            at: now,
        };
        let credit = self.partitions.entry(partition.into()).or_insert(new);
        *credit = PartitionCredit {
            entities: at(credit),
            at: now,
        };
        credit
    }
}

/// The pace of a table, which threads share.
#[derive(Debug, Clone, Default)]
pub struct SharedPace(Arc<Mutex<PartitionPace>>);

/// A request that was begun at its pace.
#[derive(Debug)]
pub struct PacedRequest<'a> {
    pace: &'a SharedPace,
    partition: Option<&'a str>,
    reserved: usize,
    sent: Duration,
}

impl SharedPace {
    /// Waits until a request for so many entities of a partition may be sent. Where the partition is not known,
    /// it does not wait.
    pub async fn begin<'a>(
        &'a self,
        partition: Option<&'a str>,
        entities: usize,
        clock: &dyn Clock,
    ) -> PacedRequest<'a> {
        let wait = partition.map_or(Duration::ZERO, |partition| {
            self.pace().reserve(partition, entities, clock.monotonic())
        });
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
        PacedRequest {
            pace: self,
            partition,
            reserved: if partition.is_some() { entities } else { 0 },
            sent: clock.monotonic(),
        }
    }

    fn pace(&self) -> MutexGuard<'_, PartitionPace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PacedRequest<'_> {
    /// The request was answered, after so many refusals, with so many entities that begin in this partition.
    pub fn answered(self, partition: &str, entities: usize, refusals: u32, clock: &dyn Clock) {
        let times = (self.sent, clock.monotonic());
        let mut pace = self.pace.pace();
        let mut reserved = self.reserved;
        if let Some(other) = self.partition.filter(|other| *other != partition) {
            pace.answered(other, (reserved, 0), 0, times);
            reserved = 0;
        }
        pace.answered(partition, (reserved, entities), refusals, times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A service that serves so many entities a second of a partition, and has a second's worth at first.
    struct Service {
        limit: f64,
        left: f64,
        at: f64,
    }

    impl Service {
        fn admits(&mut self, entities: usize, now: f64) -> bool {
            self.left = (self.left + (now - self.at) * self.limit).min(self.limit);
            self.at = now;
            let admits = self.left >= entities as f64;
            if admits {
                self.left -= entities as f64;
            }
            admits
        }
    }

    /// Requests of `entities` one after the other for so many seconds: the share of what the service could
    /// have served, and the share of requests that were refused.
    fn simulated(limit: f64, entities: usize, seconds: f64) -> (f64, f64) {
        let mut service = Service {
            limit,
            left: limit,
            at: 0.0,
        };
        let mut pace = PartitionPace::default();
        let (mut now, mut served, mut sent, mut refused) = (0.0, 0.0, 0_u32, 0_u32);
        let at = Duration::from_secs_f64;
        while now < seconds {
            now += pace.reserve("p", entities, at(now)).as_secs_f64();
            let begun = now;
            let mut refusals = 0;
            loop {
                now += 0.002;
                sent += 1;
                if service.admits(entities, now) {
                    break;
                }
                refused += 1;
                refusals += 1;
                now += 0.75 * f64::from(refusals.min(2));
            }
            served += entities as f64;
            pace.answered("p", (entities, entities), refusals, (at(begun), at(now)));
        }
        let share = served / (seconds * limit);
        (share, f64::from(refused) / f64::from(sent))
    }

    #[test]
    fn nearly_all_is_used_and_little_is_refused_at_the_documented_limit() {
        for (entities, seconds) in [(100, 30.0), (100, 300.0), (1_000, 100.0), (1_000, 600.0)] {
            let (used, waste) = simulated(2_000.0, entities, seconds);
            assert!(used > 0.95 && waste < 0.02, "{entities}: {used} {waste}");
        }
    }

    #[test]
    fn another_limit_is_found() {
        for limit in [500.0, 1_500.0, 3_000.0] {
            let (used, waste) = simulated(limit, 100, 600.0);
            assert!(used > 0.9 && waste < 0.02, "{limit}: {used} {waste}");
        }
        let (used, waste) = simulated(8_000.0, 100, 1_200.0);
        assert!(used > 0.7 && waste < 0.02, "{used} {waste}");
    }

    #[test]
    fn nothing_waits_while_nothing_is_refused() {
        let mut pace = PartitionPace::default();
        for millis in 0..1_000 {
            let now = Duration::from_millis(millis);
            assert_eq!(pace.reserve("p", 1_000, now), Duration::ZERO);
            pace.answered("p", (1_000, 1_000), 0, (now, now));
        }
    }

    #[test]
    fn a_partition_that_was_not_used_has_a_second_saved_up() {
        let mut pace = PartitionPace::default();
        let now = Duration::from_secs(5);
        pace.answered("p", (100, 100), 1, (now, now));
        assert!(pace.reserve("p", 100, now) > Duration::ZERO);
        for _ in 0..19 {
            assert_eq!(pace.reserve("q", 100, now), Duration::ZERO);
        }
        assert!(pace.reserve("q", 100, now) > Duration::ZERO);
    }
}
