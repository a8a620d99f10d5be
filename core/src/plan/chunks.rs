//! The chunks of an object, as positions without bytes.
//!
//! The planner asks [`ChunkRule::chunk_bytes`] once per object and gives the [`Chunks`] to the
//! queue.

use std::sync::Arc;

use super::extents::{Extent, Extents};
use crate::entry::EntryName;
use crate::{Error, Result};

/// On a slow link chunks are made smaller, down to this many bytes: a multiple of every step that
/// there is.
pub const CHUNK_BYTES_MIN: u64 = 256 << 10;

/// What a target demands of chunks. The store's `rules.rs` defines it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkRule {
    /// The kind of object, for an error text: `block blob`.
    pub what: &'static str,
    /// The largest chunk, in bytes.
    pub chunk_bytes_max: u64,
    /// The most chunks that one object can have.
    pub chunks_max: u64,
    /// A chunk that must grow grows to a multiple of this, in bytes.
    pub step_bytes: u64,
    /// The length of an object must be a multiple of this, in bytes; 1 if any length is allowed.
    pub object_step_bytes: u64,
}

impl ChunkRule {
    /// The largest object, in bytes.
    pub fn object_bytes_max(&self) -> u64 {
        self.chunk_bytes_max.saturating_mul(self.chunks_max)
    }

    /// The size to ask for when `wanted` is best, but no chunk should be longer than `cut`.
    ///
    /// It is `cut` or more, until there are not too many chunks, and never more than `wanted`.
    pub fn cut(&self, object_bytes: u64, wanted: u64, cut: u64) -> u64 {
        let mut bytes = cut.clamp(1, wanted.max(1));
        while bytes < wanted && object_bytes.div_ceil(bytes) > self.chunks_max {
            bytes = bytes.saturating_mul(2).min(wanted);
        }
        bytes
    }

    /// The size of a chunk of an object of `object_bytes`.
    ///
    /// It is `wanted` or, if that would make too many chunks, the smallest sufficient multiple of
    /// the step.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`], naming the object, when it is larger than the largest possible object, or
    /// has an impossible length.
    pub fn chunk_bytes(&self, name: &EntryName, object_bytes: u64, wanted: u64) -> Result<u64> {
        if !object_bytes.is_multiple_of(self.object_step_bytes) {
            return Err(Error::Usage(format!(
                "`{name}`: file size {object_bytes} is invalid for {}, must be a multiple of {}",
                self.what, self.object_step_bytes
            )));
        }
        if object_bytes > self.object_bytes_max() {
            return Err(Error::Usage(format!(
                "`{name}`: file size {object_bytes} is larger than {} maximum size {}",
                self.what,
                self.object_bytes_max()
            )));
        }
        let wanted = wanted.clamp(1, self.chunk_bytes_max);
        if object_bytes.div_ceil(wanted) <= self.chunks_max {
            return Ok(wanted);
        }
        let needed = object_bytes.div_ceil(self.chunks_max);
        Ok(needed
            .next_multiple_of(self.step_bytes)
            .min(self.chunk_bytes_max))
    }
}

/// One chunk of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    /// Its number, from 0.
    pub index: u32,
    /// Where it begins in the object, in bytes.
    pub offset: u64,
    /// Its length in bytes; 0 only for the single chunk of an empty object.
    pub bytes: u64,
}

impl Chunk {
    /// Where it ends: the offset of the byte after its last.
    pub fn end(self) -> u64 {
        self.offset + self.bytes
    }
}

/// The chunks of one object, in order and without overlap.
///
/// They have no gaps or, if the object has holes, cover its data only. An object without data has
/// one empty chunk, so that every object has something to queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunks {
    object_bytes: u64,
    chunk_bytes: u64,
    spans: Option<Arc<[Span]>>,
    next: u32,
}

/// A part of the object that has data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    extent: Extent,
    /// The index of its first chunk.
    first: u32,
}

impl Chunks {
    /// The chunks of an object of `object_bytes`, each `chunk_bytes` long except the last.
    /// `chunk_bytes` comes from [`ChunkRule::chunk_bytes`] and is not 0.
    pub fn new(object_bytes: u64, chunk_bytes: u64) -> Self {
        debug_assert!(chunk_bytes > 0);
        Self {
            object_bytes,
            chunk_bytes,
            spans: None,
            next: 0,
        }
    }

    /// The chunks of the data of such an object.
    pub fn of_data(object_bytes: u64, chunk_bytes: u64, extents: &Extents) -> Self {
        let whole = Self::new(object_bytes, chunk_bytes);
        if extents.bytes() == object_bytes {
            return whole;
        }
        let mut first = 0;
        let spans = extents.parts().iter().map(|&extent| {
            let span = Span { extent, first };
            first += extent.bytes.div_ceil(chunk_bytes) as u32;
            span
        });
        Self {
            spans: Some(spans.collect()),
            ..whole
        }
    }

    /// The length of the object, in bytes.
    pub fn object_bytes(&self) -> u64 {
        self.object_bytes
    }

    /// How many bytes of the object are in no chunk: they are zeros.
    pub fn hole_bytes(&self) -> u64 {
        match &self.spans {
            None => 0,
            Some(spans) => {
                let data: u64 = spans.iter().map(|span| span.extent.bytes).sum();
                self.object_bytes - data
            }
        }
    }

    /// The length of every chunk except the last, in bytes.
    pub fn chunk_bytes(&self) -> u64 {
        self.chunk_bytes
    }

    /// How many chunks the object has, including those already returned; at least 1.
    pub fn total(&self) -> u32 {
        let chunks = match &self.spans {
            None => self.object_bytes.div_ceil(self.chunk_bytes) as u32,
            Some(spans) => spans.last().map_or(0, |last| {
                last.first + last.extent.bytes.div_ceil(self.chunk_bytes) as u32
            }),
        };
        chunks.max(1)
    }

    /// The chunk of this index, if there is one.
    pub fn get(&self, index: u32) -> Option<Chunk> {
        (index < self.total()).then(|| {
            let span = self.span(index);
            let within = u64::from(index - span.first) * self.chunk_bytes;
            Chunk {
                index,
                offset: span.extent.offset + within,
                bytes: self.chunk_bytes.min(span.extent.bytes - within),
            }
        })
    }

    /// The part of the object that the chunk of this index belongs to.
    fn span(&self, index: u32) -> Span {
        let all = |bytes| Span {
            extent: Extent { offset: 0, bytes },
            first: 0,
        };
        match &self.spans {
            None => all(self.object_bytes),
            Some(spans) => spans
                .partition_point(|span| span.first <= index)
                .checked_sub(1)
                .map_or(all(0), |at| spans[at]),
        }
    }
}

impl Iterator for Chunks {
    type Item = Chunk;

    fn next(&mut self) -> Option<Chunk> {
        let chunk = self.get(self.next)?;
        self.next += 1;
        Some(chunk)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.total() - self.next) as usize;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Chunks {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::blob::rules::BLOCKS;

    const MIB: u64 = 1 << 20;
    const TIB: u64 = 1 << 40;

    fn block_bytes(object_bytes: u64, wanted: u64) -> u64 {
        BLOCKS
            .chunk_bytes(&EntryName::from("x"), object_bytes, wanted)
            .unwrap()
    }

    #[test]
    fn a_block_keeps_the_wanted_size_as_long_as_there_are_blocks_enough() {
        assert_eq!(block_bytes(50_000 * 4 * MIB, 4 * MIB), 4 * MIB);
        assert_eq!(block_bytes(50_000 * 4 * MIB + 1, 4 * MIB), 8 * MIB);
        assert_eq!(block_bytes(50_000 * 8 * MIB + 1, 4 * MIB), 12 * MIB);
        assert_eq!(block_bytes(50_000 * 100 * MIB, 100 * MIB), 100 * MIB);
        assert_eq!(block_bytes(TIB, 1), 24 * MIB);
    }

    #[test]
    fn the_largest_block_blob_is_190_tib_and_one_byte_more_is_refused_by_name() {
        let largest = BLOCKS.object_bytes_max();
        assert_eq!(largest / TIB, 190);
        assert_eq!(block_bytes(largest, 4 * MIB), 4000 * MIB);
        let error = BLOCKS
            .chunk_bytes(&EntryName::from("a/big.vhd"), largest + 1, 4 * MIB)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "`a/big.vhd`: file size {} is larger than block blob maximum size {largest}",
                largest + 1
            )
        );
    }

    #[test]
    fn an_empty_object_has_one_empty_chunk() {
        let chunks: Vec<Chunk> = Chunks::new(0, 4 * MIB).collect();
        assert_eq!(
            chunks,
            [Chunk {
                index: 0,
                offset: 0,
                bytes: 0
            }]
        );
    }

    #[test]
    fn the_last_chunk_is_what_is_left() {
        let chunks: Vec<u64> = Chunks::new(10, 4).map(|chunk| chunk.bytes).collect();
        assert_eq!(chunks, [4, 4, 2]);
        assert_eq!(Chunks::new(8, 4).last().map(Chunk::end), Some(8));
        assert_eq!(Chunks::new(10, 4).get(3), None);
    }

    /// Sizes of every magnitude up to the largest, not only huge ones.
    fn object_bytes() -> impl Strategy<Value = u64> {
        (0u32..48).prop_flat_map(|bits| 0..=(1u64 << bits).min(BLOCKS.object_bytes_max()))
    }

    proptest! {
        #[test]
        fn the_blocks_of_any_object_stay_within_the_limits(
            size in prop_oneof![object_bytes(), Just(BLOCKS.object_bytes_max())],
            wanted in 1u64..=4000 * MIB,
        ) {
            let chunk_bytes = block_bytes(size, wanted);
            prop_assert!(chunk_bytes <= BLOCKS.chunk_bytes_max);
            prop_assert!(chunk_bytes == wanted || chunk_bytes.is_multiple_of(4 * MIB));
            let chunks = Chunks::new(size, chunk_bytes);
            prop_assert!(u64::from(chunks.total()) <= BLOCKS.chunks_max);
            let last = chunks.get(chunks.total() - 1).unwrap();
            prop_assert_eq!(last.end(), size);
            prop_assert!(chunks.get(chunks.total()).is_none());
        }

        #[test]
        fn chunks_of_data_cover_the_extents_exactly(
            parts in proptest::collection::vec((0_u64..3_000_000, 1_u64..400_000), 0..6),
            chunk_bytes in 4096_u64..300_000,
        ) {
            let object_bytes = 3_000_000;
            let extents = Extents::new(object_bytes, parts);
            let chunks = Chunks::of_data(object_bytes, chunk_bytes, &extents);
            prop_assert_eq!(chunks.hole_bytes(), object_bytes - extents.bytes());
            prop_assert_eq!(chunks.len(), chunks.clone().count());
            let mut left = extents.parts().iter().copied();
            let mut extent = left.next();
            for (index, chunk) in chunks.enumerate() {
                prop_assert_eq!(chunk.index as usize, index);
                let Some(Extent { offset, bytes }) = extent else {
                    prop_assert_eq!((chunk.offset, chunk.bytes), (0, 0), "the one chunk of an object without data");
                    continue;
                };
                prop_assert_eq!(chunk.offset, offset);
                prop_assert!((1..=chunk_bytes.min(bytes)).contains(&chunk.bytes));
                extent = if chunk.bytes == bytes {
                    left.next()
                } else {
                    Some(Extent { offset: chunk.end(), bytes: bytes - chunk.bytes })
                };
            }
            prop_assert_eq!(extent, None);
        }

        #[test]
        fn chunks_cover_an_object_exactly(size in 0u64..20_000, chunk_bytes in 1u64..300) {
            let chunks = Chunks::new(size, chunk_bytes);
            prop_assert_eq!(chunks.len(), chunks.total() as usize);
            let mut end = 0;
            for (index, chunk) in chunks.enumerate() {
                prop_assert_eq!(chunk.index as usize, index);
                prop_assert_eq!(chunk.offset, end);
                prop_assert!(chunk.bytes <= chunk_bytes && (chunk.bytes > 0 || size == 0));
                end = chunk.end();
            }
            prop_assert_eq!(end, size);
        }
    }
}
