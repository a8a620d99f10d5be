//! How long the next block is when nobody knows how many will follow.
//!
//! Blocks begin small, so that little memory moves much at once, and double each time a part of the 50,000 that a blob can
//! have is used up. With 4 MiB at first and memory for blocks of 256 MiB that is room for 9 TiB.

use crate::store::blob::rules::{BLOCK_BYTES_MAX, BLOCK_STEP_BYTES, BLOCKS_MAX};
use crate::{Error, Result};

/// Blocks of one length before they double.
const BLOCKS_PER_LENGTH: u64 = 4096;

/// This many blocks are to be in memory at once, however long they are.
const BLOCKS_AT_ONCE_MIN: u64 = 3;

/// The lengths of the blocks of one object, one after the other.
#[derive(Debug)]
pub(super) struct BlockLengths {
    first_bytes: u64,
    bytes_max: u64,
    grows: bool,
    next: u64,
    sum: u64,
}

impl BlockLengths {
    /// Blocks that begin at `first_bytes`, in memory of `memory_bytes` for all that are under way.
    pub(super) fn new(first_bytes: u64, memory_bytes: u64) -> Self {
        let share = memory_bytes / BLOCKS_AT_ONCE_MIN / BLOCK_STEP_BYTES * BLOCK_STEP_BYTES;
        let bytes_max = share.clamp(BLOCK_STEP_BYTES, BLOCK_BYTES_MAX);
        Self {
            first_bytes: first_bytes.min(bytes_max),
            bytes_max,
            grows: true,
            next: 0,
            sum: 0,
        }
    }

    /// Blocks that stay as they are.
    pub(super) fn fixed(bytes: u64) -> Self {
        Self {
            first_bytes: bytes,
            bytes_max: bytes,
            grows: false,
            next: 0,
            sum: 0,
        }
    }

    /// The length of the next block, in bytes.
    ///
    /// Fails when the blob has as many as it can have.
    pub(super) fn next(&mut self) -> Result<u64> {
        if self.next == BLOCKS_MAX {
            let advice = if self.grows {
                ": more memory makes longer blocks"
            } else {
                ""
            };
            return Err(Error::Usage(format!(
                "standard input is longer than the {} bytes that a blob can have in blocks of up to {} bytes{advice}",
                self.sum, self.bytes_max
            )));
        }
        let doublings = (self.next / BLOCKS_PER_LENGTH) as u32;
        let bytes = self
            .first_bytes
            .saturating_mul(1 << doublings)
            .min(self.bytes_max);
        self.next += 1;
        self.sum += bytes;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn all(mut lengths: BlockLengths) -> (Vec<u64>, String) {
        let mut all = Vec::new();
        loop {
            match lengths.next() {
                Ok(bytes) => all.push(bytes),
                Err(error) => return (all, error.to_string()),
            }
        }
    }

    #[test]
    fn blocks_double_until_memory_holds_no_three_of_them() {
        let (blocks, told) = all(BlockLengths::new(4 * MIB, 768 * MIB));
        assert_eq!(blocks.len(), 50_000);
        assert_eq!(
            (blocks[0], blocks[4095], blocks[4096]),
            (4 * MIB, 4 * MIB, 8 * MIB)
        );
        assert_eq!(blocks.last(), Some(&(256 * MIB)));
        assert!(blocks.is_sorted() && blocks.iter().all(|bytes| bytes.is_multiple_of(4 * MIB)));
        let sum: u64 = blocks.iter().sum();
        assert!(sum > 6 << 40, "{sum}");
        assert!(
            told.contains(&sum.to_string()) && told.contains("more memory"),
            "{told}"
        );
    }

    #[test]
    fn a_block_fits_into_little_memory_and_into_the_limit_of_the_service() {
        assert_eq!(
            BlockLengths::new(100 * MIB, 8 * MIB).next().unwrap(),
            4 * MIB
        );
        let (blocks, _) = all(BlockLengths::new(100 * MIB, 1 << 40));
        assert_eq!(blocks.last(), Some(&(4000 * MIB)));
    }

    #[test]
    fn blocks_that_cannot_grow_end_sooner() {
        let (blocks, told) = all(BlockLengths::fixed(4 * MIB));
        assert_eq!(blocks.iter().sum::<u64>(), 50_000 * 4 * MIB);
        assert!(!told.contains("memory"), "{told}");
    }
}
