//! A part of an object that several machines copy: a run of its chunks.
//!
//! A plan of shards splits an object that is too large for one shard. A range is written like any object, and
//! nothing is committed. The commit is a task of its own, for all chunks: it finds what the ranges have written.

use std::ops::Range;

use super::chunks::Chunks;

/// What a part does to its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartRole {
    /// It writes its chunks.
    Range,
    /// It makes the object appear, once all ranges are written.
    Commit,
}

/// A part of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ObjectPart {
    /// The object: the same number in all its parts. Another plan gives it another number.
    pub object: u64,
    /// The length of every chunk of the object except the last, in bytes; not 0.
    pub chunk_bytes: u64,
    /// The first chunk of the part.
    pub first: u32,
    /// How many chunks it has; not 0.
    pub chunks: u32,
    /// What it does.
    pub role: PartRole,
}

impl ObjectPart {
    /// The commit of an object with so many chunks in all.
    #[must_use]
    pub fn commit(self, chunks: u32) -> Self {
        Self {
            first: 0,
            chunks,
            role: PartRole::Commit,
            ..self
        }
    }

    /// Whether it is the commit.
    pub fn is_commit(&self) -> bool {
        self.role == PartRole::Commit
    }

    /// The indices of its chunks.
    pub fn indices(&self) -> Range<u32> {
        self.first..self.first.saturating_add(self.chunks)
    }

    /// Whether it is a part of an object with these chunks.
    pub fn fits(&self, chunks: &Chunks) -> bool {
        let is_whole = self.indices() == (0..chunks.total());
        self.chunk_bytes == chunks.chunk_bytes()
            && self.indices().end <= chunks.total()
            && chunks.total() > 1
            && (is_whole || !self.is_commit())
    }

    /// Where it begins in the object, in bytes.
    pub fn offset(&self) -> u64 {
        u64::from(self.first).saturating_mul(self.chunk_bytes)
    }

    /// Its length, in bytes, in an object of `object_bytes`.
    pub fn bytes(&self, object_bytes: u64) -> u64 {
        let end = u64::from(self.indices().end).saturating_mul(self.chunk_bytes);
        end.min(object_bytes).saturating_sub(self.offset())
    }

    /// The ranges of an object of `object_bytes`, of about the same length, which is at most `bytes_max`
    /// rounded up to a whole chunk. Their numbers of the object and lengths of chunks are those of `self`.
    pub fn ranges(self, object_bytes: u64, bytes_max: u64) -> impl Iterator<Item = Self> {
        let chunks = object_bytes.div_ceil(self.chunk_bytes);
        let count = object_bytes
            .div_ceil(bytes_max.max(1))
            .clamp(1, chunks.max(1));
        let each = chunks.div_ceil(count).max(1);
        (0..chunks.div_ceil(each)).map(move |number| {
            let first = number * each;
            Self {
                first: first as u32,
                chunks: each.min(chunks - first) as u32,
                role: PartRole::Range,
                ..self
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn object(chunk_bytes: u64) -> ObjectPart {
        ObjectPart {
            object: 7,
            chunk_bytes,
            first: 0,
            chunks: 1,
            role: PartRole::Range,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_ranges_of_an_object_are_the_object(
            object_bytes in 1_u64..100_000,
            chunk_bytes in 1_u64..3_000,
            bytes_max in 0_u64..200_000,
        ) {
            let ranges: Vec<ObjectPart> = object(chunk_bytes).ranges(object_bytes, bytes_max).collect();
            let mut end = 0;
            for range in &ranges {
                prop_assert_eq!(range.offset(), end);
                prop_assert!(range.bytes(object_bytes) > 0);
                let most = bytes_max.max(1).next_multiple_of(chunk_bytes);
                prop_assert!(range.bytes(object_bytes) <= most, "{:?}", range);
                end += range.bytes(object_bytes);
            }
            prop_assert_eq!(end, object_bytes);
            let all = object(chunk_bytes).commit(object_bytes.div_ceil(chunk_bytes) as u32);
            prop_assert_eq!(all.bytes(object_bytes), object_bytes);
        }
    }
}
