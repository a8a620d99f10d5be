//! The disk operations of all workers of a run: counted, and limited where the disk is faster with
//! fewer.
//!
//! Reads that the page cache answers at once are not counted. A permit is held for one operation of
//! the kernel, and its holder waits for nothing else. So whoever waits for a permit waits only for
//! the disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of permits without a limit: more than a run has requests.
pub const OPERATIONS_MAX: u32 = 4096;

/// The operations of a run at the disk. Shared by all its workers.
#[derive(Debug)]
pub struct DiskLoad {
    permits: Arc<Semaphore>,
    limit: AtomicU32,
    /// How many permits are removed when they are returned.
    owed: AtomicU32,
    waiting: AtomicU32,
    under_way: AtomicU32,
    ended: AtomicU64,
    moved_bytes: AtomicU64,
}

/// The counters at one time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DiskTally {
    /// Operations that the kernel has now.
    pub under_way: u32,
    /// Operations that wait for their permit now.
    pub waiting: u32,
    /// Operations that ended, since the run began.
    pub ended: u64,
    /// The bytes of these operations.
    pub moved_bytes: u64,
}

impl Default for DiskLoad {
    fn default() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(OPERATIONS_MAX as usize)),
            limit: AtomicU32::new(OPERATIONS_MAX),
            owed: AtomicU32::new(0),
            waiting: AtomicU32::new(0),
            under_way: AtomicU32::new(0),
            ended: AtomicU64::new(0),
            moved_bytes: AtomicU64::new(0),
        }
    }
}

impl DiskLoad {
    /// The counters now.
    pub fn tally(&self) -> DiskTally {
        DiskTally {
            under_way: self.under_way.load(Relaxed),
            waiting: self.waiting.load(Relaxed),
            ended: self.ended.load(Relaxed),
            moved_bytes: self.moved_bytes.load(Relaxed),
        }
    }

    /// Limits the operations from now on. Operations under way end as usual. Only one thread calls
    /// it.
    pub fn set(&self, limit: u32) {
        let limit = limit.clamp(1, OPERATIONS_MAX);
        let before = self.limit.swap(limit, Relaxed);
        for _ in before..limit {
            if !self.forgive() {
                self.permits.add_permits(1);
            }
        }
        let fewer = before.saturating_sub(limit);
        let taken = self.permits.forget_permits(fewer as usize) as u32;
        self.owed.fetch_add(fewer - taken, Relaxed);
    }

    /// Waits for the permit of one operation. Dropping the permit ends the operation, with no bytes
    /// moved unless [`OperationPermit::end`] was called.
    pub(super) async fn permit(self: &Arc<Self>) -> OperationPermit {
        let taken = if let Ok(taken) = Arc::clone(&self.permits).try_acquire_owned() {
            taken
        } else {
            let _waits = PermitWait::new(&self.waiting);
            let taken = Arc::clone(&self.permits).acquire_owned().await;
            taken.expect("permits are never closed")
        };
        self.under_way.fetch_add(1, Relaxed);
        OperationPermit {
            load: Arc::clone(self),
            taken: Some(taken),
        }
    }

    /// Removes one permit less; false when none is to be removed.
    fn forgive(&self) -> bool {
        let less = |owed: u32| owed.checked_sub(1);
        self.owed.fetch_update(Relaxed, Relaxed, less).is_ok()
    }
}

/// Counts a waiting operation while it lives.
struct PermitWait<'a>(&'a AtomicU32);

impl<'a> PermitWait<'a> {
    fn new(waiting: &'a AtomicU32) -> Self {
        waiting.fetch_add(1, Relaxed);
        Self(waiting)
    }
}

impl Drop for PermitWait<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// The right to make one operation at the disk.
pub(super) struct OperationPermit {
    load: Arc<DiskLoad>,
    taken: Option<OwnedSemaphorePermit>,
}

impl OperationPermit {
    /// The operation has ended and moved this many bytes.
    pub(super) fn end(self, bytes: usize) {
        self.load.ended.fetch_add(1, Relaxed);
        self.load.moved_bytes.fetch_add(bytes as u64, Relaxed);
    }
}

impl Drop for OperationPermit {
    fn drop(&mut self) {
        self.load.under_way.fetch_sub(1, Relaxed);
        if self.load.forgive()
            && let Some(taken) = self.taken.take()
        {
            taken.forget();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use super::*;

    /// All permits that are free now.
    async fn all(load: &Arc<DiskLoad>) -> Vec<OperationPermit> {
        let mut permits = Vec::new();
        while load.permits.available_permits() > 0 {
            permits.push(load.permit().await);
        }
        permits
    }

    #[tokio::test]
    async fn a_limit_holds_from_the_next_turn_on_and_rises_at_once() {
        let load = Arc::new(DiskLoad::default());
        let mut out = vec![
            load.permit().await,
            load.permit().await,
            load.permit().await,
        ];
        load.set(2);
        assert_eq!(all(&load).await.len(), 0);
        out.pop();
        assert_eq!(all(&load).await.len(), 0);
        out.pop();
        assert_eq!(all(&load).await.len(), 1);
        load.set(5);
        assert_eq!(all(&load).await.len(), 4);
        load.set(1);
        load.set(3);
        drop(out);
        assert_eq!(all(&load).await.len(), 3);
        assert_eq!(load.tally().under_way, 0);
    }

    #[tokio::test]
    async fn what_waits_and_what_moves_is_counted() {
        let load = Arc::new(DiskLoad::default());
        load.set(1);
        let first = load.permit().await;
        let mut second = Box::pin(load.permit());
        std::future::poll_fn(|cx| {
            assert!(second.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        let tally = load.tally();
        assert_eq!((tally.under_way, tally.waiting, tally.ended), (1, 1, 0));
        first.end(7);
        second.await.end(5);
        let tally = load.tally();
        assert_eq!((tally.under_way, tally.waiting), (0, 0));
        assert_eq!((tally.ended, tally.moved_bytes), (2, 12));
    }
}
