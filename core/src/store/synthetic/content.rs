//! The bytes of synthetic objects. They follow from the name and the offset, and cannot be compressed.
//!
//! Every page of 4 KiB is generated from its number by eight xorshift generators side by side, for which a compiler uses
//! four vectors. George Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14), 2003; the seeds are made by
//! `SplitMix64`.

use crate::entry::EntryName;

/// The beginning of the names of the virtual directories that `bench` makes.
pub const PREFIX: &str = "azring-bench-";

/// The length of a page, in bytes.
const PAGE_BYTES: usize = 4096;

/// The number of generators side by side.
const LANES: usize = 8;

/// The bytes of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Content {
    seed: u64,
    object: u64,
}

impl Content {
    /// The object of this number.
    pub fn new(seed: u64, object: u64) -> Self {
        Self { seed, object }
    }

    /// The object of this name, by the last part of the name; `None` when it is not the name of a synthetic object.
    pub fn of(name: &EntryName) -> Option<Self> {
        let last = name.as_str()?.rsplit('/').next()?;
        let (seed, object) = last.split_once('-')?;
        let content = Self::new(u64::from_str_radix(seed, 16).ok()?, object.parse().ok()?);
        (content.name().as_bytes() == last.as_bytes()).then_some(content)
    }

    /// Its name. The names of one seed are in the order of their numbers.
    pub fn name(self) -> EntryName {
        EntryName::from(format!("{:016x}-{:09}", self.seed, self.object).as_str())
    }

    /// Its number, if it is one of this seed.
    pub fn number_for(self, seed: u64) -> Option<u64> {
        (self.seed == seed).then_some(self.object)
    }

    /// Gives `bytes` bytes from `offset` on to `take`, piece by piece.
    pub fn each_piece(self, offset: u64, bytes: u64, mut take: impl FnMut(&[u8])) {
        let mut page = [0; PAGE_BYTES];
        let (mut at, end) = (offset, offset + bytes);
        while at < end {
            let index = at / PAGE_BYTES as u64;
            let from = (at % PAGE_BYTES as u64) as usize;
            let count = (PAGE_BYTES - from).min((end - at) as usize);
            self.write_page(index, &mut page);
            take(&page[from..from + count]);
            at += count as u64;
        }
    }

    /// Whether these runs are its bytes from `offset` on.
    pub fn is<'a>(self, offset: u64, runs: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut at = offset;
        let mut is_same = true;
        for run in runs {
            let mut left = run;
            self.each_piece(at, run.len() as u64, |piece| {
                let (here, behind) = left.split_at(piece.len());
                is_same &= here == piece;
                left = behind;
            });
            at += run.len() as u64;
        }
        is_same
    }

    fn write_page(self, index: u64, page: &mut [u8; PAGE_BYTES]) {
        let mut mixer = self.seed ^ self.object.rotate_left(40) ^ index.rotate_left(20);
        // An xorshift generator never leaves zero.
        let mut lanes: [u64; LANES] = std::array::from_fn(|_| split_mix(&mut mixer) | 1);
        for row in page.as_chunks_mut::<{ LANES * 8 }>().0 {
            for (lane, word) in lanes.iter_mut().zip(row.as_chunks_mut::<8>().0) {
                *lane ^= *lane << 13;
                *lane ^= *lane >> 7;
                *lane ^= *lane << 17;
                *word = lane.to_le_bytes();
            }
        }
    }
}

/// Sebastiano Vigna's `SplitMix64`, <https://prng.di.unimi.it/splitmix64.c>.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A seed that follows from this number, whatever it is: a time, for one.
pub fn seed_of(number: u64) -> u64 {
    let mut state = number;
    split_mix(&mut state)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    fn bytes(content: Content, offset: u64, bytes: u64) -> Vec<u8> {
        let mut all = Vec::new();
        content.each_piece(offset, bytes, |piece| all.extend_from_slice(piece));
        all
    }

    #[test]
    fn nothing_repeats_within_an_object_or_between_two() {
        let pages = 64;
        let mut words = HashSet::new();
        for object in 0..4 {
            let all = bytes(Content::new(7, object), 0, pages * PAGE_BYTES as u64);
            let mut counts = [0_u64; 256];
            for byte in &all {
                counts[usize::from(*byte)] += 1;
            }
            let even = all.len() as f64 / 256.0;
            for (byte, count) in counts.iter().enumerate() {
                let off = (*count as f64 - even).abs() / even;
                assert!(off < 0.25, "{byte} comes {count} times, not about {even}");
            }
            let (found, _) = all.as_chunks::<8>();
            assert!(found.iter().all(|word| words.insert(*word)), "{object}");
        }
    }

    #[test]
    fn the_same_name_means_the_same_bytes_for_ever() {
        // Blobs that an older version left behind are to be told right.
        let first = bytes(Content::new(1, 0), 0, 8);
        assert_eq!(first, [56, 72, 111, 203, 139, 101, 116, 114]);
    }

    #[test]
    fn only_names_that_were_made_here_are_understood() {
        let content = Content::new(0xabc, 12);
        for name in [
            "0000000000000abc-000000012",
            "azring-bench-x/0000000000000abc-000000012",
        ] {
            assert_eq!(Content::of(&name.into()), Some(content), "{name}");
        }
        for name in [
            "",
            "abc-12",
            "0000000000000ABC-000000012",
            "0000000000000abc-12",
            "a/b",
        ] {
            assert_eq!(Content::of(&name.into()), None, "{name}");
        }
        assert_eq!(Content::of(&EntryName::new(&b"\xff"[..])), None);
    }

    proptest! {
        #[test]
        fn any_part_is_the_part_of_the_whole(offset in 0_u64..20_000, length in 0_u64..20_000, seed: u64, object in 0_u64..1_000_000_000) {
            let content = Content::new(seed, object);
            let whole = bytes(content, 0, 40_000);
            let part = bytes(content, offset, length);
            prop_assert_eq!(&part[..], &whole[offset as usize..(offset + length) as usize]);
            let (one, other) = part.split_at(part.len() / 3);
            prop_assert!(content.is(offset, [one, other].into_iter()));
            prop_assert_eq!(Content::of(&content.name()), Some(content));
        }

        #[test]
        fn a_single_wrong_bit_is_seen(offset in 0_u64..5_000, at in 0_usize..9_000, bit in 0..8) {
            let content = Content::new(3, 4);
            let mut part = bytes(content, offset, 9_000);
            part[at] ^= 1_u8 << bit;
            prop_assert!(!content.is(offset, std::iter::once(&part[..])));
        }
    }
}
