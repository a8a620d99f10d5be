//! The budget of second attempts.
//!
//! Once nothing is left to begin, the service has capacity to spare while the last requests are
//! waited for. A late request may then be sent a second time, and the first answer counts. The work
//! of the slower attempt is lost, so the budget is a fiftieth of the moved bytes, and a few
//! attempts at any time.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

/// One byte in this many may be sent twice.
const ONE_IN: u64 = 50;

/// This many second attempts are free, because a fiftieth of a small run is nothing.
const FREE: u64 = 4;

/// The budget of second attempts.
#[derive(Debug, Default)]
pub(super) struct HedgeBudget {
    is_there: AtomicBool,
    taken: AtomicU64,
    taken_bytes: AtomicU64,
}

impl HedgeBudget {
    pub(super) fn set(&self, is_there: bool) {
        self.is_there.store(is_there, Relaxed);
    }

    pub(super) fn is_there(&self) -> bool {
        self.is_there.load(Relaxed)
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken.load(Relaxed)
    }

    /// Takes a second attempt of `bytes` bytes in a run that has moved `moved_bytes`; false when
    /// there is no room.
    pub(super) fn take(&self, bytes: u64, moved_bytes: u64) -> bool {
        if !self.is_there() {
            return false;
        }
        let taken = self.taken.fetch_add(1, Relaxed);
        let taken_bytes = self.taken_bytes.fetch_add(bytes, Relaxed);
        let fits = taken < FREE || taken_bytes + bytes <= moved_bytes / ONE_IN;
        if !fits {
            self.taken.fetch_sub(1, Relaxed);
            self.taken_bytes.fetch_sub(bytes, Relaxed);
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_none_before_it_is_said_and_then_a_few_and_a_fiftieth() {
        let budget = HedgeBudget::default();
        assert!(!budget.take(10, 1 << 40));
        budget.set(true);
        assert!((0..FREE).all(|_| budget.take(10, 0)));
        assert!(!budget.take(10, 2499));
        assert!(budget.take(10, 2500));
        assert!(!budget.take(10, 2500));
        assert_eq!(budget.taken(), FREE + 1);
        budget.set(false);
        assert!(!budget.take(10, 1 << 40));
    }
}
