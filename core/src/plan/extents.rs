//! Where an object has data. The rest is zeros, which need no transfer: a sparse file of a tebibyte
//! with three parts is three parts.
//!
//! The source says where its data is. Here that becomes parts that are worth a request each, and at
//! which a disk can be read and written.

use std::sync::Arc;

/// Extents begin and end at multiples of this, in bytes: a page of memory, which is what `O_DIRECT`
/// wants, and eight pages of a page blob.
const GRAIN_BYTES: u64 = 4096;

/// Shorter zeros are transferred, in bytes: at some 100 MB/s per connection they take less time
/// than the request that would skip them.
const GAP_BYTES_MIN: u64 = 64 * 1024;

/// Shorter objects are transferred as they are, in bytes: asking for their holes is one more
/// request.
pub const SPARSE_BYTES_MIN: u64 = 1 << 20;

/// A part of an object that has data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Where it begins, in bytes.
    pub offset: u64,
    /// Its length in bytes, not 0.
    pub bytes: u64,
}

/// All parts of an object that have data: in order, apart from each other, within the object.
/// Cloning is cheap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extents(Arc<[Extent]>);

impl Extents {
    /// The extents of an object of `object_bytes`, from what the source reported (offset and
    /// length), in any order.
    ///
    /// Parts that overlap or are close together become one; what is beyond the end is ignored.
    pub fn new(object_bytes: u64, reported: impl IntoIterator<Item = (u64, u64)>) -> Self {
        let mut parts: Vec<(u64, u64)> = reported
            .into_iter()
            .map(|(offset, bytes)| {
                let end = offset
                    .saturating_add(bytes)
                    .div_ceil(GRAIN_BYTES)
                    .saturating_mul(GRAIN_BYTES);
                (offset - offset % GRAIN_BYTES, end.min(object_bytes))
            })
            .filter(|(begin, end)| begin < end)
            .collect();
        parts.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(parts.len());
        for (begin, end) in parts {
            match merged.last_mut() {
                Some(last) if begin < last.1 + GAP_BYTES_MIN => last.1 = last.1.max(end),
                _ => merged.push((begin, end)),
            }
        }
        let extent = |(begin, end)| Extent {
            offset: begin,
            bytes: end - begin,
        };
        Self(merged.into_iter().map(extent).collect())
    }

    /// The parts.
    pub fn parts(&self) -> &[Extent] {
        &self.0
    }

    /// The sum of their lengths.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|extent| extent.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(object_bytes: u64, reported: &[(u64, u64)]) -> Vec<(u64, u64)> {
        Extents::new(object_bytes, reported.iter().copied())
            .parts()
            .iter()
            .map(|extent| (extent.offset, extent.bytes))
            .collect()
    }

    #[test]
    fn extents_that_are_close_become_one_and_distant_ones_do_not() {
        assert_eq!(
            parts(1 << 30, &[(512, 512), (1024, 512), (8192, 512)]),
            [(0, 12_288)]
        );
        assert_eq!(
            parts(1 << 30, &[(0, 512), (1 << 20, 512)]),
            [(0, 4096), (1 << 20, 4096)]
        );
    }

    #[test]
    fn what_lies_beyond_the_end_is_left_out() {
        assert_eq!(
            parts(
                100_000,
                &[(99_000, 512), (200_000, 512), (99_500, 9_999_999)]
            ),
            [(98_304, 1696)]
        );
        assert_eq!(parts(0, &[(0, 512)]), []);
        assert_eq!(parts(100, &[(u64::MAX, u64::MAX)]), []);
    }

    proptest! {
        #[test]
        fn every_byte_that_was_added_is_in_and_the_parts_are_apart(
            object_bytes in 0_u64..4_000_000,
            reported in proptest::collection::vec((0_u64..5_000_000, 0_u64..300_000), 0..20),
        ) {
            let extents = Extents::new(object_bytes, reported.clone());
            let mut before = None;
            for extent in extents.parts() {
                let end = extent.offset + extent.bytes;
                prop_assert!(extent.bytes > 0 && end <= object_bytes);
                prop_assert_eq!(extent.offset % GRAIN_BYTES, 0);
                prop_assert!(before.is_none_or(|before| before + GAP_BYTES_MIN <= extent.offset));
                before = Some(end);
            }
            for (offset, bytes) in reported {
                for at in [offset, offset + bytes / 2, offset + bytes.saturating_sub(1)] {
                    let is_in = extents.parts().iter().any(|extent| (extent.offset..extent.offset + extent.bytes).contains(&at));
                    prop_assert!(is_in || bytes == 0 || at >= object_bytes);
                }
            }
        }
    }
}
