//! How large a block may be so that it does not take too long: on a slow link small ones are better than large ones,
//! because a failure costs less and nothing runs into a time limit.

use crate::plan::chunks::CHUNK_BYTES_MIN;

/// A request should not take longer than this.
const REQUEST_SECONDS_MAX: f64 = 12.0;

/// A block is never made smaller than this by the controller.
pub(super) const BLOCK_BYTES_MIN: u64 = CHUNK_BYTES_MIN;

/// Nor smaller than this because of push-back: services treat blocks of this size best.
const REFINED_BYTES_MIN: u64 = 4 * 1024 * 1024;

/// Nor larger than this before it is known how the service takes it.
const FIRST_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The present size of blocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockSize {
    wanted: u64,
    bytes: u64,
    smallest: u64,
}

impl BlockSize {
    /// Of this size where the link allows it; of no other where it is kept.
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

    /// Makes blocks small beside a pace in bytes per second: each that is refused then costs little.
    pub(super) fn refine(&mut self, pace: f64) {
        while self.bytes / 2 >= REFINED_BYTES_MIN.max(self.smallest)
            && self.bytes as f64 > pace / 32.0
        {
            self.bytes /= 2;
            self.wanted = self.bytes;
        }
    }

    /// Whether so many requests of the present size take no longer than they should at a rate in bytes per second.
    pub(super) fn allow(&self, rate: f64, concurrency: u32) -> bool {
        self.bytes as f64 * f64::from(concurrency) <= REQUEST_SECONDS_MAX * rate
    }

    /// Fits the size to a rate in bytes per second that `concurrency` requests share, and tells how many of the smallest
    /// size there may be. It grows only while all is calm.
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
