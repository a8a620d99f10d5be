//! Limits how many chunks wait in the queue.
//!
//! Half of the slots are freed together. So the coordinator is woken to fill half of the queue, and
//! not for every chunk that is taken, which for small objects would cost as much as transferring
//! them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

/// The slots of a queue. Clones share them.
#[derive(Debug, Clone)]
pub(super) struct CountLimit(Arc<CountLimitState>);

#[derive(Debug)]
struct CountLimitState {
    free: Semaphore,
    /// Slots that were dropped and are not free yet.
    gathered: AtomicUsize,
    lump: usize,
}

/// One chunk's slot, freed some time after it is dropped.
#[derive(Debug)]
pub(super) struct CountSlot(CountLimit);

impl CountLimit {
    /// This many slots, of which half are freed together.
    pub(super) fn new(count: usize) -> Self {
        Self(Arc::new(CountLimitState {
            free: Semaphore::new(count),
            gathered: AtomicUsize::new(0),
            lump: (count / 2).max(1),
        }))
    }

    /// Waits for a slot.
    pub(super) async fn slot(&self) -> CountSlot {
        let permit = self.0.free.acquire().await;
        permit.expect("slots are never closed").forget();
        CountSlot(self.clone())
    }
}

impl Drop for CountSlot {
    fn drop(&mut self) {
        let CountLimitState {
            free,
            gathered,
            lump,
        } = &*self.0.0;
        if gathered.fetch_add(1, Ordering::AcqRel) + 1 == *lump {
            gathered.fetch_sub(*lump, Ordering::AcqRel);
            free.add_permits(*lump);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn whoever_waits_goes_on_when_half_of_the_slots_are_free() {
        let slots = CountLimit::new(6);
        let mut taken: Vec<CountSlot> = (0..6).map_while(|_| slots.slot().now_or_never()).collect();
        assert_eq!(taken.len(), 6);
        taken.truncate(4);
        assert!(slots.slot().now_or_never().is_none(), "two are free");
        taken.truncate(3);
        let again = (0..6).map_while(|_| slots.slot().now_or_never());
        taken.extend(again);
        assert_eq!(taken.len(), 6);
        drop(taken);
        let all: Vec<CountSlot> = (0..9).map_while(|_| slots.slot().now_or_never()).collect();
        assert_eq!(all.len(), 6);
    }
}
