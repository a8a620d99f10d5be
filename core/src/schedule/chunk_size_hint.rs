//! The chunk size that the controller wants for objects that are planned now.
//!
//! The controller sets it from the rate; the planner reads it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The size that is wanted now. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct ChunkSizeHint(Arc<AtomicU64>);

impl ChunkSizeHint {
    /// Sets the longest chunk that is wanted from now on, in bytes.
    pub fn set(&self, bytes: u64) {
        self.0.store(bytes, Ordering::Relaxed);
    }

    /// The longest chunk that is wanted, in bytes; `None`: any length.
    pub fn bytes(&self) -> Option<u64> {
        let bytes = self.0.load(Ordering::Relaxed);
        (bytes > 0).then_some(bytes)
    }
}
