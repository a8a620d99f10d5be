//! Limits how many large chunks wait in the queue: few at first, one more for each that is taken.
//!
//! The size of a waiting chunk is decided. On a slow link the controller learns from the first
//! requests that smaller chunks are better, and the rest should profit from that. On a fast link
//! the limit doubles in no time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::plan::chunks::CHUNK_BYTES_MIN;

/// The limit at first.
const FIRST: u32 = 8;

/// The highest limit: at a gigabyte per second the smallest of these chunks last for 64 ms, and the
/// coordinator is faster.
const MOST: u32 = 256;

/// The slots for large chunks.
#[derive(Debug, Clone)]
pub(super) struct BytesLimit(Arc<BytesLimitState>);

#[derive(Debug)]
struct BytesLimitState {
    places: Arc<Semaphore>,
    /// How many more slots are added.
    closed: AtomicU32,
}

/// A large chunk's slot; dropped when the chunk is taken.
#[derive(Debug)]
pub(super) struct BytesSlot {
    inner: Arc<BytesLimitState>,
    _place: OwnedSemaphorePermit,
}

impl BytesLimit {
    pub(super) fn new() -> Self {
        Self(Arc::new(BytesLimitState {
            places: Arc::new(Semaphore::new(FIRST as usize)),
            closed: AtomicU32::new(MOST - FIRST),
        }))
    }

    /// Waits for a slot for a chunk of this length. A chunk of the smallest size needs none.
    pub(super) async fn place(&self, bytes: u64) -> Option<BytesSlot> {
        if bytes <= CHUNK_BYTES_MIN {
            return None;
        }
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        place.ok().map(|place| BytesSlot {
            inner: Arc::clone(&self.0),
            _place: place,
        })
    }
}

impl Drop for BytesSlot {
    fn drop(&mut self) {
        let less = |closed: u32| closed.checked_sub(1);
        let (closed, order) = (&self.inner.closed, Ordering::Relaxed);
        if closed.fetch_update(order, order, less).is_ok() {
            self.inner.places.add_permits(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(future).poll(&mut context) {
            std::task::Poll::Ready(value) => Some(value),
            std::task::Poll::Pending => None,
        }
    }

    #[test]
    fn few_large_chunks_fit_at_first_and_one_more_with_each_that_leaves() {
        let room = BytesLimit::new();
        let mut waiting: Vec<_> = (0..FIRST)
            .map(|_| {
                ready(room.place(4 << 20))
                    .expect("there is room")
                    .expect("it needs a place")
            })
            .collect();
        assert!(ready(room.place(4 << 20)).is_none());
        assert!(ready(room.place(CHUNK_BYTES_MIN)).is_some_and(|place| place.is_none()));
        waiting.pop();
        for _ in 0..2 {
            let place = ready(room.place(4 << 20)).flatten();
            waiting.push(place.expect("two places for one"));
        }
        assert!(ready(room.place(4 << 20)).is_none());
        // Whatever comes and goes, there are never more than the highest limit.
        for _ in 0..3 * MOST {
            waiting.pop();
            while let Some(place) = ready(room.place(4 << 20)).flatten() {
                waiting.push(place);
            }
        }
        assert_eq!(waiting.len(), MOST as usize);
    }
}
