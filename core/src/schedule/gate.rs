//! The limit of concurrent requests, which changes during a run: one limit for all, divided among
//! the workers.
//!
//! A worker takes permits from its own part, so that no worker can take them all. When the limit
//! falls, permits in use are not taken back: they are removed when they are returned.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::limits::{CONCURRENCY_MAX, permits_of_worker};
use super::tuner::OPENING;

/// The limit of a run.
#[derive(Debug, Clone)]
pub struct Gate(Arc<[WorkerPermits]>);

/// A worker's part of the limit.
#[derive(Debug, Clone)]
pub struct WorkerPermits(Arc<PermitCounts>);

#[derive(Debug)]
struct PermitCounts {
    permits: Arc<Semaphore>,
    /// Every permit in use holds one of these too: when all are free, no permit is in use.
    all: Arc<Semaphore>,
    /// How many permits there are, in use or free.
    granted: AtomicU32,
    /// How many of the permits in use are removed when they are returned.
    owed: AtomicU32,
    /// How many more permits are added, one for each that is returned: a run begins carefully.
    opening: AtomicU32,
}

/// Allows transferring one chunk. Dropping it frees it for another chunk, and so does
/// [`Permit::let_next`].
#[derive(Debug)]
pub struct Permit {
    taken: Option<OwnedSemaphorePermit>,
    owner: WorkerPermits,
    _out: OwnedSemaphorePermit,
}

impl Gate {
    /// For this many workers, with this limit from the beginning.
    pub fn fixed(workers: u32, limit: u32) -> Self {
        let part = |index| WorkerPermits::new(permits_of_worker(limit, workers, index).max(1), 0);
        Self((0..workers).map(part).collect())
    }

    /// The same, with a few permits at first, and one more for each that is returned, up to the
    /// limit.
    pub fn opening(workers: u32, limit: u32) -> Self {
        let part = |index| {
            let whole = permits_of_worker(limit, workers, index).max(1);
            let first = permits_of_worker(OPENING.min(limit), workers, index).clamp(1, whole);
            WorkerPermits::new(first, whole - first)
        };
        Self((0..workers).map(part).collect())
    }

    /// The part of this worker.
    pub fn worker(&self, index: u32) -> WorkerPermits {
        self.0[index as usize].clone()
    }

    /// How many permits there are however low the limit is: every worker keeps one.
    pub fn least(&self) -> u32 {
        self.0.len() as u32
    }

    /// Sets the limit; no fewer than [`least`](Self::least) permits stay.
    pub fn set(&self, limit: u32) {
        let workers = self.0.len() as u32;
        for (index, part) in (0..).zip(self.0.iter()) {
            part.set(permits_of_worker(limit, workers, index).max(1));
        }
    }

    /// Whether a permit is free: there is not enough to do.
    pub fn has_free(&self) -> bool {
        self.0
            .iter()
            .any(|part| part.0.permits.available_permits() > 0)
    }
}

impl WorkerPermits {
    fn new(granted: u32, opening: u32) -> Self {
        Self(Arc::new(PermitCounts {
            permits: Arc::new(Semaphore::new(granted as usize)),
            all: Arc::new(Semaphore::new(OUT_MAX as usize)),
            granted: AtomicU32::new(granted),
            owed: AtomicU32::new(0),
            opening: AtomicU32::new(opening),
        }))
    }

    /// Waits for a permit.
    pub async fn permit(&self) -> Permit {
        let take = async |semaphore: &Arc<Semaphore>| {
            let taken = Arc::clone(semaphore).acquire_owned().await;
            taken.expect("permits are never closed")
        };
        let permit = take(&self.0.permits).await;
        Permit {
            taken: Some(permit),
            owner: self.clone(),
            _out: take(&self.0.all).await,
        }
    }

    /// How many permits there are now.
    pub fn granted(&self) -> u32 {
        self.0.granted.load(Ordering::Relaxed)
    }

    /// Waits until every permit has been returned. No permit may be taken meanwhile.
    pub async fn idle(&self) {
        let _all_back = self.0.all.acquire_many(OUT_MAX).await;
    }

    /// Sets the number of permits. Only one task calls this; permits may be returned at the same
    /// time.
    fn set(&self, wanted: u32) {
        let inner = &*self.0;
        inner.opening.store(0, Ordering::Relaxed);
        let granted = inner.granted.swap(wanted, Ordering::Relaxed);
        for _ in wanted..granted {
            inner.owed.fetch_add(1, Ordering::Relaxed);
        }
        for _ in granted..wanted {
            if !self.forgive() {
                inner.permits.add_permits(1);
            }
        }
        // A free permit is removed at once.
        while self.0.permits.available_permits() > 0 && self.forgive() {
            if inner.permits.forget_permits(1) == 0 {
                inner.owed.fetch_add(1, Ordering::Relaxed);
                break;
            }
        }
    }

    /// Keeps one permit that was to be removed; false when there was none.
    fn forgive(&self) -> bool {
        let less = |owed: u32| owed.checked_sub(1);
        let owed = &self.0.owed;
        owed.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
            .is_ok()
    }
}

/// The most permits that are ever in use at once.
const OUT_MAX: u32 = 2 * CONCURRENCY_MAX;

impl Permit {
    /// Frees the permit for another chunk: the request is over, and the rest waits for the local
    /// disk only.
    ///
    /// Until it is dropped it counts as in use ([`WorkerPermits::idle`]).
    pub fn let_next(&mut self) {
        let Some(taken) = self.taken.take() else {
            return;
        };
        let inner = &*self.owner.0;
        let more = |left: u32| left.checked_sub(1);
        let opening = &inner.opening;
        if opening
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .is_ok()
        {
            inner.granted.fetch_add(1, Ordering::Relaxed);
            inner.permits.add_permits(1);
        }
        if self.owner.forgive() {
            taken.forget();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.let_next();
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(future)
    }

    /// All permits that are free now.
    async fn all(permits: &WorkerPermits) -> Vec<Permit> {
        let mut taken = Vec::new();
        while permits.0.permits.available_permits() > 0 {
            taken.push(permits.permit().await);
        }
        taken
    }

    #[test]
    fn a_lower_limit_takes_returned_permits_and_a_higher_one_adds_at_once() {
        block_on(async {
            let gate = Gate::fixed(1, 8);
            let permits = gate.worker(0);
            let mut out = all(&permits).await;
            assert_eq!(out.len(), 8);
            gate.set(3);
            out.truncate(4);
            assert_eq!(all(&permits).await.len(), 0);
            out.truncate(3);
            assert_eq!(all(&permits).await.len(), 0);
            out.truncate(2);
            let third = all(&permits).await;
            assert_eq!(third.len(), 1);
            gate.set(5);
            let more = all(&permits).await;
            assert_eq!(more.len(), 2);
            drop((out, third, more));
            assert_eq!(all(&permits).await.len(), 5);
            gate.set(1);
            assert_eq!(all(&permits).await.len(), 1);
            gate.set(512);
            assert_eq!(all(&permits).await.len(), 512);
            permits.idle().await;
        });
    }

    #[test]
    fn a_debt_that_is_not_paid_yet_is_forgiven_when_the_limit_rises_again() {
        block_on(async {
            let gate = Gate::fixed(1, 4);
            let permits = gate.worker(0);
            let out = all(&permits).await;
            gate.set(1);
            gate.set(4);
            drop(out);
            assert_eq!(all(&permits).await.len(), 4);
        });
    }

    #[test]
    fn an_opening_gives_one_more_for_each_that_comes_back_up_to_the_limit() {
        block_on(async {
            let gate = Gate::opening(2, 16);
            let permits = gate.worker(0);
            let mut out = all(&permits).await;
            assert_eq!(out.len(), 2);
            for _ in 0..20 {
                out.truncate(out.len() - 1);
                out.extend(all(&permits).await);
            }
            assert_eq!(out.len(), 8);
            assert_eq!(permits.granted(), 8);
        });
    }

    #[test]
    fn what_lets_the_next_go_is_still_out() {
        block_on(async {
            let gate = Gate::fixed(1, 2);
            let permits = gate.worker(0);
            let mut out = all(&permits).await;
            out[0].let_next();
            out[0].let_next();
            let next = all(&permits).await;
            assert_eq!(next.len(), 1);
            drop(next);
            gate.set(1);
            out[1].let_next();
            assert_eq!(all(&permits).await.len(), 1);
            assert!(permits.idle().now_or_never().is_none());
            drop(out);
            permits.idle().await;
            assert_eq!(all(&permits).await.len(), 1);
        });
    }

    #[test]
    fn every_worker_keeps_a_permit() {
        let gate = Gate::fixed(8, 512);
        gate.set(1);
        assert!((0..8).all(|index| gate.worker(index).granted() == 1));
    }
}
