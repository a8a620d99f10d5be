//! How fast the entities of a table are read or written once the service has refused some.
//!
//! The service serves a number of entities a second of each partition, and of an account, and refuses what is
//! more. A request that is refused comes back after a second, so a partition that is asked for too fast is
//! refused again and again. From the first refusal on, requests are spaced: those for a partition, or all of
//! them, depending on which of the two limits is likelier to be reached.
//! <https://learn.microsoft.com/azure/storage/tables/scalability-targets>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use azring_transport::clock::Clock;
use azring_transport::http::PushbackObserver;

use super::entity_rate::{EntityCredit, EntityRate};

/// Entities a second of a partition and of an account, as the service's documentation has them.
const OF_PARTITION: f64 = 2_000.0;
const OF_ACCOUNT: f64 = 20_000.0;

/// A limit of which no more than this part is left is reached.
const LEFT_WHEN_REACHED: f64 = 0.05;

/// Partitions whose use is remembered.
const PARTITIONS_MAX: usize = 1_000;

/// The pace of all partitions of a table.
#[derive(Debug)]
struct TablePace {
    partition_rate: EntityRate,
    partitions: HashMap<Box<str>, EntityCredit>,
    account_rate: EntityRate,
    account: Option<EntityCredit>,
}

impl Default for TablePace {
    fn default() -> Self {
        Self {
            partition_rate: EntityRate::new(OF_PARTITION),
            partitions: HashMap::new(),
            account_rate: EntityRate::new(OF_ACCOUNT),
            account: None,
        }
    }
}

impl TablePace {
    /// Reserves so many entities of a partition, where it is known, at this time; returns how long to wait before
    /// the request is sent.
    fn reserve(&mut self, partition: Option<&str>, entities: usize, now: Duration) -> Duration {
        let mut credit = *self.account_credit(now);
        credit.reserve(entities as f64);
        *self.account_credit(now) = credit;
        let mut wait = self.account_rate.wait(&credit, now);
        if let Some(partition) = partition {
            let mut credit = *self.credit(partition, now);
            credit.reserve(entities as f64);
            *self.credit(partition, now) = credit;
            wait = wait.max(self.partition_rate.wait(&credit, now));
        }
        wait
    }

    /// A request for which so many entities were reserved was answered, or will not be.
    fn release(&mut self, partition: Option<&str>, reserved: usize, now: Duration) {
        if let Some(partition) = partition {
            self.credit(partition, now).release(reserved as f64);
        }
        self.account_credit(now).release(reserved as f64);
    }

    /// An attempt of a request for so many entities of a partition has been refused. The cause is the limit that is
    /// reached; where both are, it is the one that was found before, or the account's.
    fn refused(&mut self, partition: &str, entities: usize, times: (Duration, Duration)) {
        let (sent, now) = times;
        let mut of_partition = *self.credit(partition, now);
        let mut of_account = *self.account_credit(now);
        let (partition_rate, account_rate) = (&mut self.partition_rate, &mut self.account_rate);
        let left = of_partition.left(partition_rate.credit_rate());
        let left_of_account = of_account.left(account_rate.credit_rate());
        let is_partition = match (
            left <= LEFT_WHEN_REACHED,
            left_of_account <= LEFT_WHEN_REACHED,
        ) {
            _ if account_rate.was_refused_since(sent) => false,
            _ if partition_rate.was_refused_since(sent) => true,
            (true, true) => partition_rate.is_known() && !account_rate.is_known(),
            _ => left <= left_of_account,
        };
        if is_partition {
            partition_rate.refused(&mut of_partition, entities as f64, times);
            *self.credit(partition, now) = of_partition;
        } else {
            account_rate.refused(&mut of_account, entities as f64, times);
            *self.account_credit(now) = of_account;
        }
    }

    /// The answer to a request has so many entities, which begin in this partition; so many of another one may have
    /// been reserved.
    fn answered(
        &mut self,
        partition: &str,
        entities: usize,
        (reserved_of, reserved): (Option<&str>, usize),
        now: Duration,
    ) {
        let (entities, reserved) = (entities as f64, reserved as f64);
        if let Some(reserved_of) = reserved_of {
            self.credit(reserved_of, now).take(-reserved);
        }
        self.credit(partition, now).take(entities);
        self.account_credit(now).take(entities - reserved);
    }

    fn account_credit(&mut self, now: Duration) -> &mut EntityCredit {
        let rate = self.account_rate.credit_rate();
        let credit = self.account.get_or_insert(EntityCredit::full(rate, now));
        *credit = credit.at(rate, now);
        credit
    }

    /// What a partition has at this time. One that was not used has everything.
    fn credit(&mut self, partition: &str, now: Duration) -> &mut EntityCredit {
        let rate = self.partition_rate.credit_rate();
        if self.partitions.len() >= PARTITIONS_MAX && !self.partitions.contains_key(partition) {
            self.partitions
                .retain(|_, credit| !credit.at(rate, now).is_full(rate));
        }
        let new = EntityCredit::full(rate, now);
        let credit = self.partitions.entry(partition.into()).or_insert(new);
        *credit = credit.at(rate, now);
        credit
    }
}

/// The pace of a table, which threads share.
#[derive(Debug, Clone, Default)]
pub struct SharedPace(Arc<Mutex<TablePace>>);

/// A request that was begun at its pace. Dropping it ends it.
#[derive(Debug)]
pub struct PacedRequest<'a> {
    reserved: Arc<Reserved>,
    begun: Duration,
    clock: &'a dyn Clock,
}

/// What was reserved for a request.
#[derive(Debug)]
struct Reserved {
    pace: SharedPace,
    partition: Option<Box<str>>,
    entities: usize,
}

impl SharedPace {
    /// Waits until a request for so many entities may be sent. Where their partition is not known, it waits for
    /// the limit of the account only.
    pub async fn begin<'a>(
        &self,
        partition: Option<&str>,
        entities: usize,
        clock: &'a dyn Clock,
    ) -> PacedRequest<'a> {
        let wait = self.pace().reserve(partition, entities, clock.monotonic());
        let reserved = Reserved {
            pace: self.clone(),
            partition: partition.map(Box::from),
            entities,
        };
        let mut request = PacedRequest {
            reserved: Arc::new(reserved),
            begun: Duration::ZERO,
            clock,
        };
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
        request.begun = clock.monotonic();
        request
    }

    fn pace(&self) -> MutexGuard<'_, TablePace> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PacedRequest<'_> {
    /// Slows down the others at once when an attempt of this request is refused.
    pub fn observer(&self) -> Arc<dyn PushbackObserver> {
        Arc::clone(&self.reserved) as Arc<dyn PushbackObserver>
    }

    /// The request was answered, after so many refusals, with so many entities that begin in this partition.
    pub fn answered(self, partition: &str, entities: usize, refusals: u32) {
        let now = self.clock.monotonic();
        let mut pace = self.reserved.pace.pace();
        let reserved_of = self.reserved.partition.as_deref();
        let reserved = (reserved_of, self.reserved.entities);
        pace.answered(partition, entities, reserved, now);
        // Which partition was refused is known only now.
        if refusals > 0 && reserved_of.is_none() {
            pace.refused(partition, entities, (self.begun, now));
        }
    }
}

impl Drop for PacedRequest<'_> {
    fn drop(&mut self) {
        let Reserved {
            pace,
            partition,
            entities,
        } = &*self.reserved;
        let now = self.clock.monotonic();
        pace.pace().release(partition.as_deref(), *entities, now);
    }
}

impl PushbackObserver for Reserved {
    fn refused(&self, sent: Duration, now: Duration) {
        if let Some(partition) = &self.partition {
            let mut pace = self.pace.pace();
            pace.refused(partition, self.entities, (sent, now));
        }
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

    /// What became of requests: the share of what the service could have served, and the share of requests that
    /// were refused.
    #[derive(Debug)]
    struct Simulated {
        used: f64,
        waste: f64,
    }

    /// One of the requests that are in flight together.
    #[derive(Clone, Default)]
    struct InFlight {
        partition: String,
        refusals: u32,
        /// When it reaches the service.
        at: f64,
    }

    /// Two requests of `entities` in flight at any time for so many seconds, for partitions of so many `rows` one
    /// after the other.
    fn simulated(mut service: Service, entities: usize, rows: usize, seconds: f64) -> Simulated {
        let limit = service.limit;
        let mut pace = TablePace::default();
        let (mut reserved, mut served, mut sent, mut refused) = (0, 0, 0_u32, 0_u32);
        let at = Duration::from_secs_f64;
        let mut begin = |pace: &mut TablePace, now: f64| {
            let partition = (reserved / rows).to_string();
            reserved += entities;
            let wait = pace.reserve(Some(&partition), entities, at(now));
            let begun = now + wait.as_secs_f64();
            InFlight {
                partition,
                refusals: 0,
                at: begun + 0.002,
            }
        };
        let mut in_flight = [begin(&mut pace, 0.0), begin(&mut pace, 0.0)];
        loop {
            let second_is_next = in_flight[1].at < in_flight[0].at;
            let request = &mut in_flight[usize::from(second_is_next)];
            let now = request.at;
            if now > seconds {
                break;
            }
            sent += 1;
            if !service.admits(entities, now) {
                refused += 1;
                request.refusals += 1;
                let times = (at(now - 0.002), at(now));
                pace.refused(&request.partition, entities, times);
                request.at += 0.75 * f64::from(request.refusals.min(2));
                continue;
            }
            served += entities;
            let partition = &*request.partition;
            let reserved = (Some(partition), entities);
            pace.answered(partition, entities, reserved, at(now));
            pace.release(Some(partition), entities, at(now));
            *request = begin(&mut pace, now);
        }
        Simulated {
            used: served as f64 / (seconds * limit),
            waste: f64::from(refused) / f64::from(sent),
        }
    }

    fn service(limit: f64) -> Service {
        Service {
            limit,
            left: limit,
            at: 0.0,
        }
    }

    /// The same for one partition.
    fn one_partition(limit: f64, entities: usize, seconds: f64) -> Simulated {
        simulated(service(limit), entities, usize::MAX, seconds)
    }

    #[test]
    fn nearly_all_is_used_and_little_is_refused_at_the_documented_limit() {
        let cases = [
            (100, 30.0, 0.02),
            (100, 300.0, 0.02),
            (1_000, 100.0, 0.03),
            (1_000, 600.0, 0.02),
        ];
        for (entities, seconds, waste) in cases {
            let seen = one_partition(2_000.0, entities, seconds);
            assert!(
                seen.used > 0.95 && seen.waste < waste,
                "{entities}: {seen:?}"
            );
        }
    }

    #[test]
    fn another_limit_is_found() {
        for (limit, used) in [
            (500.0, 0.9),
            (1_500.0, 0.95),
            (3_000.0, 0.9),
            (8_000.0, 0.75),
        ] {
            let seen = one_partition(limit, 100, 600.0);
            assert!(seen.used > used && seen.waste < 0.02, "{limit}: {seen:?}");
        }
    }

    #[test]
    fn the_limit_of_an_account_slows_no_single_partition() {
        for (entities, rows) in [(100, 1_000), (1_000, 4_000), (1_000, 1_000), (100, 100)] {
            let seen = simulated(service(20_000.0), entities, rows, 60.0);
            assert!(seen.used > 0.95 && seen.waste < 0.02, "{rows}: {seen:?}");
        }
    }

    #[test]
    fn nothing_waits_while_nothing_is_refused() {
        let mut pace = TablePace::default();
        for millis in 0..1_000 {
            let now = Duration::from_millis(millis);
            let wait = pace.reserve(Some("p"), 1_000, now);
            assert_eq!(wait, Duration::ZERO);
            pace.answered("p", 1_000, (Some("p"), 1_000), now);
            pace.release(Some("p"), 1_000, now);
        }
    }

    #[test]
    fn a_partition_that_was_not_used_has_a_second_saved_up() {
        let mut pace = TablePace::default();
        let now = Duration::from_secs(5);
        pace.reserve(Some("p"), 1_999, now);
        pace.refused("p", 1_999, (now, now));
        let mut wait = |partition| pace.reserve(Some(partition), 100, now);
        assert!(wait("p") > Duration::ZERO);
        for _ in 0..19 {
            assert_eq!(wait("q"), Duration::ZERO);
        }
        assert!(wait("q") > Duration::ZERO);
    }
}
