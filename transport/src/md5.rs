//! MD5 of several streams side by side.
//!
//! MD5's own chain of steps limits one stream, however good the code is. Sixteen streams fill the
//! lanes of a vector register and take hardly longer than one. Without AVX-512, eight streams are
//! compressed at once, twice. Without AVX2, the streams are compressed one after the other, with
//! the same result. The caller does the padding, keeps partial blocks and owns the bytes.

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod steps;

#[cfg(target_arch = "x86_64")]
mod simd;

#[cfg(target_arch = "x86_64")]
use simd::compress_side_by_side;

use md5_simd::hazmat::compress_block;

/// How many streams are compressed at once.
pub const LANES: usize = 16;

/// The unit of MD5, 64 bytes.
pub type Block = [u8; 64];

/// The state of a stream's digest between two blocks.
pub type State = [u32; 4];

/// The state before the first block.
pub const START: State = md5_simd::STATE_INIT;

/// Fewer streams than this are compressed one after the other, which is no slower.
const WORTHWHILE: usize = 3;

/// One stream.
#[derive(Debug)]
pub struct Md5Stream<'a> {
    /// Its state, which is updated.
    pub state: &'a mut State,
    /// Its next blocks.
    pub blocks: &'a [Block],
}

/// Compresses the same number of blocks of every stream: as many as the shortest stream has, at
/// most `most`. Returns the number.
///
/// Panics when there are more than [`LANES`] streams.
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
