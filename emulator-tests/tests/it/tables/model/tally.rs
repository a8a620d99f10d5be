//! What the cases of a run met, to see that a run tests something.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Sums over all cases.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) entities: AtomicU64,
    pub(super) data_files: AtomicU64,
    /// Kills of a running azring.
    pub(super) kills: AtomicU64,
    /// Times that a rule of a fault plan was applied.
    pub(super) faults: AtomicU64,
    /// Runs that reported a failure, and were repeated.
    pub(super) failures: AtomicU64,
    /// Damaged exports that were refused.
    pub(super) refusals: AtomicU64,
}

pub(super) fn add(sum: &AtomicU64, number: u64) {
    sum.fetch_add(number, Ordering::Relaxed);
}

impl fmt::Display for Tally {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sums = [
            &self.entities,
            &self.data_files,
            &self.kills,
            &self.faults,
            &self.failures,
            &self.refusals,
        ];
        let [entities, data_files, kills, faults, failures, refusals] =
            sums.map(|sum| sum.load(Ordering::Relaxed));
        write!(
            out,
            "{entities} entities in {data_files} data files, {kills} kills, {faults} faults, {failures} runs repeated after \
             a failure, {refusals} damaged exports refused"
        )
    }
}
