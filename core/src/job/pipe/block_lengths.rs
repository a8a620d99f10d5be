//! The lengths of blocks of an object whose length is unknown.
//!
//! Blocks begin small, so that little memory keeps many of them in flight, and their length doubles each
//! time that a part of the possible number of blocks is used up. For a block blob, from 4 MiB and with
//! memory for blocks of 256 MiB, that is enough for 9 TiB.

use crate::store::ChunkPlan;
use crate::{Error, Result};

/// Blocks of one length before they double.
const BLOCKS_PER_LENGTH: u64 = 4096;

/// So many blocks must fit into memory at once, whatever their length.
const BLOCKS_AT_ONCE_MIN: u64 = 3;

/// The lengths of the blocks of one object, one after the other.
#[derive(Debug)]
pub(super) struct BlockLengths {
    /// The kind of object, for an error text.
    what: &'static str,
    first_bytes: u64,
    bytes_max: u64,
    blocks_max: u64,
    /// More memory would allow longer blocks.
    is_short_of_memory: bool,
    next: u64,
    sum: u64,
}

impl BlockLengths {
    /// The lengths that the target takes, in memory of `memory_bytes` for all blocks in flight.
    pub(super) fn new(pieces: &ChunkPlan, memory_bytes: u64) -> Self {
        let step_bytes = pieces.rule.step_bytes;
        let share = memory_bytes / BLOCKS_AT_ONCE_MIN / step_bytes * step_bytes;
        let bytes_max = share.clamp(step_bytes, pieces.rule.chunk_bytes_max);
        Self {
            what: pieces.rule.what,
            first_bytes: pieces.chunk_bytes.min(bytes_max),
            bytes_max,
            blocks_max: pieces.rule.chunks_max,
            is_short_of_memory: bytes_max < pieces.rule.chunk_bytes_max,
            next: 0,
            sum: 0,
        }
    }

    /// The length of the next block, in bytes.
    ///
    /// Fails when the object has as many blocks as it can have.
    pub(super) fn next(&mut self) -> Result<u64> {
        if self.next == self.blocks_max {
            let advice = if self.is_short_of_memory {
                ": more memory makes longer blocks"
            } else {
                ""
            };
            return Err(Error::Usage(format!(
                "standard input is longer than the {} bytes that a {} can have in blocks of up to {} bytes{advice}",
                self.sum, self.what, self.bytes_max
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
    use crate::store::blob::rules::{APPENDS, BLOCKS};

    const MIB: u64 = 1 << 20;

    /// The lengths of a block blob that begins with blocks of this length.
    fn blocks(first_bytes: u64, memory_bytes: u64) -> BlockLengths {
        let pieces = ChunkPlan {
            rule: BLOCKS,
            chunk_bytes: first_bytes,
            chunk_bytes_min: first_bytes,
            with_holes: false,
        };
        BlockLengths::new(&pieces, memory_bytes)
    }

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
        let (blocks, error) = all(blocks(4 * MIB, 768 * MIB));
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
            error.contains(&sum.to_string()) && error.contains("more memory"),
            "{error}"
        );
    }

    #[test]
    fn a_block_fits_into_little_memory_and_into_the_limit_of_the_service() {
        assert_eq!(blocks(100 * MIB, 8 * MIB).next().unwrap(), 4 * MIB);
        let (blocks, _) = all(blocks(100 * MIB, 1 << 40));
        assert_eq!(blocks.last(), Some(&(4000 * MIB)));
    }

    #[test]
    fn blocks_that_cannot_grow_end_sooner() {
        let pieces = ChunkPlan {
            rule: APPENDS,
            chunk_bytes: APPENDS.chunk_bytes_max,
            chunk_bytes_min: APPENDS.chunk_bytes_max,
            with_holes: false,
        };
        let (blocks, error) = all(BlockLengths::new(&pieces, 768 * MIB));
        assert_eq!(blocks.iter().sum::<u64>(), 50_000 * 4 * MIB);
        assert!(!error.contains("memory"), "{error}");
    }
}
