//! How long the pieces should be of an object that is planned now. The controller says it, by the rate; the planner asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The present wish, in the hands of whoever sets it and of whoever asks.
#[derive(Debug, Clone, Default)]
pub struct ChunkSizeHint(Arc<AtomicU64>);

impl ChunkSizeHint {
    /// From now on pieces should be no longer than this, in bytes.
    pub fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// The longest that they should be, in bytes; `None`: nothing speaks against any.
    pub fn bytes(&self) -> Option<u64> {
        let bytes = self.0.load(Ordering::Relaxed);
        (bytes > 0).then_some(bytes)
    }
}
