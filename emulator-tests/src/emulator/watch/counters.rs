//! Sums over all requests since the start or the last reset: by operation and by status.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;

use super::record::{ExchangeOutcome, RequestRecord};

/// Sums of one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Requests served.
    pub requests: u64,
    /// Requests answered with 400 or more, or not at all.
    pub failures: u64,
    /// Body bytes received.
    pub bytes_in: u64,
    /// Body bytes sent.
    pub bytes_out: u64,
}

/// All sums.
#[derive(Debug, Default)]
pub struct Counters {
    operations: RwLock<BTreeMap<&'static str, Arc<Cell>>>,
    statuses: RwLock<BTreeMap<u16, Arc<AtomicU64>>>,
}

#[derive(Debug, Default)]
struct Cell {
    requests: AtomicU64,
    failures: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

/// All sums at one time, as the control endpoint returns them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snapshot {
    /// By operation.
    pub operations: BTreeMap<&'static str, Counts>,
    /// Answers by status; 0 counts requests without an answer.
    pub statuses: BTreeMap<u16, u64>,
}

impl Counters {
    /// Sums of one operation, by its name (`PutBlock`).
    pub fn of(&self, operation: &str) -> Counts {
        self.snapshot()
            .operations
            .get(operation)
            .copied()
            .unwrap_or_default()
    }

    /// All sums.
    pub fn snapshot(&self) -> Snapshot {
        let operations = self
            .operations
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let statuses = self.statuses.read().unwrap_or_else(PoisonError::into_inner);
        Snapshot {
            operations: operations
                .iter()
                .map(|(name, cell)| (*name, cell.counts()))
                .collect(),
            statuses: statuses
                .iter()
                .map(|(status, count)| (*status, count.load(Ordering::Relaxed)))
                .collect(),
        }
    }

    /// Sets all sums to zero.
    pub fn reset(&self) {
        self.operations
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        self.statuses
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Counts a failure for a request that was added: its answer was not sent.
    pub(super) fn correct(&self, record: &RequestRecord<'_>) {
        self.cell(record)
            .failures
            .fetch_add(u64::from(record.status < 400), Ordering::Relaxed);
    }

    fn cell(&self, record: &RequestRecord<'_>) -> Arc<Cell> {
        let name = record.labels.map_or("", |labels| labels.operation);
        find(
            &self.operations,
            if name.is_empty() { "none" } else { name },
        )
    }

    pub(super) fn add(&self, record: &RequestRecord<'_>) {
        let cell = self.cell(record);
        cell.requests.fetch_add(1, Ordering::Relaxed);
        cell.failures.fetch_add(
            u64::from(record.outcome == ExchangeOutcome::Broken || record.status >= 400),
            Ordering::Relaxed,
        );
        cell.bytes_in.fetch_add(record.bytes_in, Ordering::Relaxed);
        cell.bytes_out
            .fetch_add(record.bytes_out, Ordering::Relaxed);
        find(&self.statuses, record.status).fetch_add(1, Ordering::Relaxed);
    }
}

impl Cell {
    fn counts(&self) -> Counts {
        Counts {
            requests: self.requests.load(Ordering::Relaxed),
            failures: self.failures.load(Ordering::Relaxed),
            bytes_in: self.bytes_in.load(Ordering::Relaxed),
            bytes_out: self.bytes_out.load(Ordering::Relaxed),
        }
    }
}

/// The value of a key, created when it is missing. Keys are few, so nearly every call only reads.
fn find<K: Ord + Copy, V: Default>(map: &RwLock<BTreeMap<K, Arc<V>>>, key: K) -> Arc<V> {
    if let Some(value) = map.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
        return Arc::clone(value);
    }
    Arc::clone(
        map.write()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(key)
            .or_default(),
    )
}
