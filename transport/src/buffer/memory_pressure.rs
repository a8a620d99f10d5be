//! How many waits there are because all memory is in use, for all workers of a run.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// The count. Memory that a pool keeps back on purpose causes no pressure.
#[derive(Debug, Default)]
pub struct MemoryPressure(AtomicU32);

impl MemoryPressure {
    /// How many wait now.
    pub fn waiting(&self) -> u32 {
        self.0.load(Relaxed)
    }

    /// Counts a wait until it is dropped.
    pub(super) fn wait(&self) -> MemoryWait<'_> {
        self.0.fetch_add(1, Relaxed);
        MemoryWait(self)
    }
}

/// Counted while it lives.
pub(super) struct MemoryWait<'a>(&'a MemoryPressure);

impl Drop for MemoryWait<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::task::Poll;

    use super::super::{LARGE_BYTES, Pool};
    use super::*;

    /// Whether a request for a block waits, and how many waits count as pressure.
    async fn next(pool: &Pool, pressure: &MemoryPressure) -> (bool, u32) {
        let mut lease = Box::pin(pool.lease(LARGE_BYTES));
        std::future::poll_fn(|cx| {
            let waits = lease.as_mut().poll(cx).is_pending();
            Poll::Ready((waits, pressure.waiting()))
        })
        .await
    }

    #[tokio::test]
    async fn a_wait_counts_as_pressure_only_when_all_memory_is_out() {
        let pressure = Arc::new(MemoryPressure::default());
        // Room for four blocks and more, two of which are provided.
        let pool = Pool::sharing(32 << 20, 2, &pressure).unwrap();
        let slots = pool.capacity(LARGE_BYTES);
        assert!(slots >= 4);
        let mut out = Vec::new();
        for _ in 0..2 {
            out.push(pool.lease(LARGE_BYTES).await.unwrap());
        }
        assert_eq!(next(&pool, &pressure).await, (true, 0));
        pool.provide_for(slots);
        while out.len() < slots {
            assert_eq!(next(&pool, &pressure).await, (false, 0));
            out.push(pool.lease(LARGE_BYTES).await.unwrap());
        }
        assert_eq!(next(&pool, &pressure).await, (true, 1));
        assert_eq!(pressure.waiting(), 0, "it waits no longer");
    }
}
