//! MD5 of several streams side by side: the state of each, and one operation that brings all of them further.
//!
//! One stream is bound by MD5's own chain of steps, however good the code is; sixteen of them fill the lanes of a vector
//! register and take hardly longer than one. Where the CPU has no AVX-512 it is eight, twice, and where it has no AVX2 the
//! streams are compressed one after the other, with the same result. Padding, partial blocks and who owns the bytes are the caller's business.

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod steps;

#[cfg(target_arch = "x86_64")]
mod simd;

#[cfg(target_arch = "x86_64")]
use simd::compress_side_by_side;

use md5_simd::hazmat::compress_block;

/// How many streams are worth bringing further at once.
pub const LANES: usize = 16;

/// What MD5 works on, 64 bytes.
pub type Block = [u8; 64];

/// How far the digest of a stream has come, between two blocks.
pub type State = [u32; 4];

/// The state before the first block.
pub const START: State = md5_simd::STATE_INIT;

/// Below so many streams, one after the other is no slower than side by side.
const WORTHWHILE: usize = 3;

/// One stream to bring further.
#[derive(Debug)]
pub struct Md5Stream<'a> {
    /// Where it is.
    pub state: &'a mut State,
    /// What comes next in it.
    pub blocks: &'a [Block],
}

/// Brings every stream further by as many blocks as the shortest has, but not more than `most`; returns how many.
///
/// Panics when there are more than [`LANES`].
pub fn compress(lanes: &mut [Md5Stream<'_>], most: usize) -> usize {
    let shortest = lanes.iter().map(|lane| lane.blocks.len()).min();
    let count = shortest.unwrap_or(0).min(most);
    if lanes.len() < WORTHWHILE || !compress_side_by_side(lanes, count) {
        for lane in lanes {
            for block in &lane.blocks[..count] {
                compress_block(lane.state, block);
            }
        }
    }
    count
}

#[cfg(not(target_arch = "x86_64"))]
fn compress_side_by_side(_lanes: &mut [Md5Stream<'_>], _count: usize) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(super) fn one_by_one(state: State, blocks: &[Block]) -> State {
        blocks.iter().fold(state, |mut state, block| {
            compress_block(&mut state, block);
            state
        })
    }

    proptest! {
        #[test]
        fn streams_side_by_side_end_where_each_ends_alone(
            data in proptest::collection::vec((any::<State>(), proptest::collection::vec(any::<[u32; 16]>(), 0..6)), 0..=LANES),
            most in 0_usize..8,
        ) {
            let blocks: Vec<Vec<Block>> = data
                .iter()
                .map(|(_, words)| words.iter().map(|words| std::array::from_fn(|at| words[at / 4].to_le_bytes()[at % 4])).collect())
                .collect();
            let mut states: Vec<State> = data.iter().map(|(state, _)| *state).collect();
            let mut lanes: Vec<Md5Stream<'_>> = states
                .iter_mut()
                .zip(&blocks)
                .map(|(state, blocks)| Md5Stream { state, blocks })
                .collect();
            let count = compress(&mut lanes, most);
            prop_assert_eq!(count, blocks.iter().map(Vec::len).min().unwrap_or(0).min(most));
            for ((state, blocks), (before, _)) in states.iter().zip(&blocks).zip(&data) {
                prop_assert_eq!(*state, one_by_one(*before, &blocks[..count]));
            }
        }
    }
}
