//! MD5 of several streams side by side: the state of each, and one operation that brings all of them further.
//!
//! One stream is bound by MD5's own chain of steps, however good the code is; sixteen of them fill the lanes of a vector
//! register and take hardly longer than one. Where the CPU has no AVX-512 it is eight, twice, and where it has no AVX2 the
//! streams are compressed one after the other, with the same result. Padding, partial blocks and who owns the bytes are the caller's business.
#![expect(
    unsafe_code,
    reason = "a function for one kind of CPU is called where that CPU is"
)]

#[cfg(target_arch = "x86_64")]
#[macro_use]
mod steps;

#[cfg(target_arch = "x86_64")]
mod eight;

#[cfg(target_arch = "x86_64")]
mod sixteen;

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
pub struct Lane<'a> {
    /// Where it is.
    pub state: &'a mut State,
    /// What comes next in it.
    pub blocks: &'a [Block],
}

/// Brings every stream further by as many blocks as the shortest has, but not more than `most`; returns how many.
///
/// Panics when there are more than [`LANES`].
pub fn compress(lanes: &mut [Lane<'_>], most: usize) -> usize {
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

/// False, with nothing done, where the CPU cannot.
#[cfg(target_arch = "x86_64")]
fn compress_side_by_side(lanes: &mut [Lane<'_>], count: usize) -> bool {
    if !is_x86_feature_detected!("avx2") {
        return false;
    }
    assert!(lanes.len() <= LANES, "there are no more lanes than that");
    if lanes.len() > eight::LANES && is_x86_feature_detected!("avx512f") {
        gathered(lanes, |states, streams| {
            // SAFETY: the CPU has AVX-512, which is all that the function asks for.
            unsafe { sixteen::avx512::compress(states, streams, count) }
        });
        return true;
    }
    let has_more = is_x86_feature_detected!("avx512vl");
    for lanes in lanes.chunks_mut(eight::LANES) {
        gathered(lanes, |states, streams| {
            if has_more {
                // SAFETY: the CPU has AVX-512 for vectors of any length, which is all that the function asks for.
                unsafe { eight::avx512::compress(states, streams, count) }
            } else {
                // SAFETY: the CPU has AVX2, which is all that the function asks for.
                unsafe { eight::avx2::compress(states, streams, count) }
            }
        });
    }
    true
}

/// Brings streams further by an operation that takes just so many. A lane without a stream repeats the first one's, to no
/// effect.
#[cfg(target_arch = "x86_64")]
fn gathered<const COUNT: usize>(
    lanes: &mut [Lane<'_>],
    compress: impl FnOnce(&mut [State; COUNT], &[&[Block]; COUNT]),
) {
    let mut states = [START; COUNT];
    let mut streams: [&[Block]; COUNT] = [lanes[0].blocks; COUNT];
    for (index, lane) in lanes.iter().enumerate() {
        states[index] = *lane.state;
        streams[index] = lane.blocks;
    }
    compress(&mut states, &streams);
    for (lane, state) in lanes.iter_mut().zip(states) {
        *lane.state = state;
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn compress_side_by_side(_lanes: &mut [Lane<'_>], _count: usize) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn one_by_one(state: State, blocks: &[Block]) -> State {
        blocks.iter().fold(state, |mut state, block| {
            compress_block(&mut state, block);
            state
        })
    }

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn every_kind_of_cpu_comes_to_the_same() {
        let streams: [Vec<Block>; LANES] =
            std::array::from_fn(|stream| (0..9).map(|at| [(stream * 31 + at) as u8; 64]).collect());
        let blocks = streams.each_ref().map(Vec::as_slice);
        let expected = blocks.map(|blocks| one_by_one(START, blocks));
        let half = &blocks.as_chunks().0[0];
        if is_x86_feature_detected!("avx2") {
            let mut states = [START; eight::LANES];
            // SAFETY: the CPU has AVX2.
            unsafe { eight::avx2::compress(&mut states, half, 9) };
            assert_eq!(states, expected[..eight::LANES]);
        }
        if is_x86_feature_detected!("avx512vl") {
            let mut states = [START; eight::LANES];
            // SAFETY: the CPU has AVX-512 for vectors of any length.
            unsafe { eight::avx512::compress(&mut states, half, 9) };
            assert_eq!(states, expected[..eight::LANES]);
        }
        if is_x86_feature_detected!("avx512f") {
            let mut states = [START; LANES];
            // SAFETY: the CPU has AVX-512.
            unsafe { sixteen::avx512::compress(&mut states, &blocks, 9) };
            assert_eq!(states, expected);
        }
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
            let mut lanes: Vec<Lane<'_>> = states
                .iter_mut()
                .zip(&blocks)
                .map(|(state, blocks)| Lane { state, blocks })
                .collect();
            let count = compress(&mut lanes, most);
            prop_assert_eq!(count, blocks.iter().map(Vec::len).min().unwrap_or(0).min(most));
            for ((state, blocks), (before, _)) in states.iter().zip(&blocks).zip(&data) {
                prop_assert_eq!(*state, one_by_one(*before, &blocks[..count]));
            }
        }
    }
}
