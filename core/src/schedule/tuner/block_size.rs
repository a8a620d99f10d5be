//! The size of blocks, so that no request takes too long.
//!
//! On a slow link small blocks are better than large ones: a failure costs less, and no request
//! exceeds a time limit.

use crate::plan::chunks::CHUNK_BYTES_MIN;

/// The longest time that a request should take.
const REQUEST_SECONDS_MAX: f64 = 12.0;

/// The smallest block that the controller chooses.
pub(super) const BLOCK_BYTES_MIN: u64 = CHUNK_BYTES_MIN;

/// The smallest block that it chooses because of push-back: services handle blocks of this size
/// best.
const REFINED_BYTES_MIN: u64 = 4 * 1024 * 1024;

/// The largest block before anything is known about the service.
const FIRST_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The size of blocks now.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockSize {
    wanted: u64,
    bytes: u64,
    smallest: u64,
}

impl BlockSize {
    /// `wanted` where the link allows it; always `wanted` when `is_kept`.
    pub(super) fn new(wanted: u64, is_kept: bool) -> Self {
        let smaller = |bytes: u64| if is_kept { wanted } else { wanted.min(bytes) };
        Self {
            wanted,
            bytes: smaller(FIRST_BYTES_MAX),
            smallest: smaller(BLOCK_BYTES_MIN),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Makes blocks small compared to a pace in bytes per second: each refused block then costs
    /// little.
    pub(super) fn refine(&mut self, pace: f64) {
        while self.bytes / 2 >= REFINED_BYTES_MIN.max(self.smallest)
            && self.bytes as f64 > pace / 32.0
        {
            self.bytes /= 2;
            self.wanted = self.bytes;
        }
    }

    /// Whether this many requests of the present size are short enough at a rate in bytes per
    /// second.
    pub(super) fn allow(&self, rate: f64, concurrency: u32) -> bool {
        self.bytes as f64 * f64::from(concurrency) <= REQUEST_SECONDS_MAX * rate
    }

    /// Fits the size to a rate in bytes per second that `concurrency` requests share.
    ///
    /// Returns how many blocks of the smallest size there may be. The size grows only while
    /// `is_calm`.
    pub(super) fn fit(&mut self, rate: f64, concurrency: u32, is_calm: bool) -> u32 {
        let seconds = |bytes: u64| bytes as f64 * f64::from(concurrency) / rate.max(1.0);
        while seconds(self.bytes) > REQUEST_SECONDS_MAX && self.bytes / 2 >= self.smallest {
            self.bytes /= 2;
        }
        while is_calm && self.bytes < self.wanted && seconds(self.bytes) < REQUEST_SECONDS_MAX / 8.0
        {
            self.bytes = (self.bytes * 2).min(self.wanted);
        }
        (REQUEST_SECONDS_MAX * rate / self.smallest.max(1) as f64).max(1.0) as u32
    }
}
