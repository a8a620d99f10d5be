//! MD5 of several streams in the lanes of vector registers. All unsafe code of this folder is here.
#![expect(
    unsafe_code,
    reason = "a function for one kind of CPU is called where that CPU is; vectors are loaded from plain arrays"
)]

use super::{Block, LANES, Md5Stream, START, State};

/// Compresses all streams with vector instructions. Returns false, with nothing done, where the CPU
/// has none.
pub(super) fn compress_side_by_side(lanes: &mut [Md5Stream<'_>], count: usize) -> bool {
    if !is_x86_feature_detected!("avx2") {
        return false;
    }
    assert!(lanes.len() <= LANES, "there are no more lanes than that");
    if lanes.len() > eight::LANES && is_x86_feature_detected!("avx512f") {
        gathered(lanes, |states, streams| {
            // SAFETY: the CPU has AVX-512, the only requirement of the function.
            unsafe { sixteen::avx512::compress(states, streams, count) }
        });
        return true;
    }
    let has_more = is_x86_feature_detected!("avx512vl");
    for lanes in lanes.chunks_mut(eight::LANES) {
        gathered(lanes, |states, streams| {
            if has_more {
                // SAFETY: the CPU has AVX-512 for vectors of any length, the only requirement of
                // the function.
                unsafe { eight::avx512::compress(states, streams, count) }
            } else {
                // SAFETY: the CPU has AVX2, the only requirement of the function.
                unsafe { eight::avx2::compress(states, streams, count) }
            }
        });
    }
    true
}

/// Calls an operation that takes exactly `COUNT` streams. A lane without a stream repeats the first
/// stream and drops the result.
fn gathered<const COUNT: usize>(
    lanes: &mut [Md5Stream<'_>],
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

/// The compression of eight streams in the eight 32-bit lanes of AVX2 registers.
///
/// The code is compiled twice. A CPU that also has AVX-512 for registers of this length
/// (`avx512vl`) has one instruction for a rotation and one for most step functions. The compiler
/// uses them: a quarter fewer instructions, and a shorter chain.
mod eight {
    use std::arch::x86_64::{
        __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256, _mm256_loadu_si256,
        _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set1_epi32, _mm256_slli_epi32,
        _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64,
        _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
    };

    use super::Block;

    /// The number of streams.
    pub(super) const LANES: usize = 8;

    compression!(avx2, "avx2", std::arch::x86_64::__m256i, 8);

    compression!(avx512, "avx512vl", std::arch::x86_64::__m256i, 8);

    #[target_feature(enable = "avx2")]
    #[inline]
    fn add(a: __m256i, b: __m256i) -> __m256i {
        _mm256_add_epi32(a, b)
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn splat(word: i32) -> __m256i {
        _mm256_set1_epi32(word)
    }

    /// Rotates to the left by `BITS`; `REST` is 32 - `BITS`.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn rotate<const BITS: i32, const REST: i32>(words: __m256i) -> __m256i {
        _mm256_or_si256(
            _mm256_slli_epi32::<BITS>(words),
            _mm256_srli_epi32::<REST>(words),
        )
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn f(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
        let chosen = _mm256_xor_si256(d, _mm256_and_si256(b, _mm256_xor_si256(c, d)));
        _mm256_add_epi32(sum, chosen)
    }

    /// The two halves have no bit in common, so they can be added one after the other.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn g(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
        let sum = _mm256_add_epi32(sum, _mm256_andnot_si256(d, c));
        _mm256_add_epi32(sum, _mm256_and_si256(b, d))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn h(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
        _mm256_add_epi32(sum, _mm256_xor_si256(b, _mm256_xor_si256(c, d)))
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn i(sum: __m256i, b: __m256i, c: __m256i, d: __m256i) -> __m256i {
        let not_d = _mm256_xor_si256(d, _mm256_set1_epi32(-1));
        _mm256_add_epi32(sum, _mm256_xor_si256(c, _mm256_or_si256(b, not_d)))
    }

    /// The sixteen words of a block of every stream, word by word: lane `n` is stream `n`.
    #[target_feature(enable = "avx2")]
    #[inline]
    pub(super) fn message(blocks: [&Block; LANES]) -> [__m256i; 16] {
        let half = |half: usize| {
            transpose(blocks.map(|block| {
                let (halves, _) = block.as_chunks::<32>();
                load_bytes(&halves[half])
            }))
        };
        let words = [half(0), half(1)];
        std::array::from_fn(|word| words[word / 8][word % 8])
    }

    /// Transposes eight rows of eight words.
    #[target_feature(enable = "avx2")]
    #[inline]
    fn transpose(rows: [__m256i; 8]) -> [__m256i; 8] {
        let fours = |at: usize| {
            let [a, b, c, d] = [rows[at], rows[at + 1], rows[at + 2], rows[at + 3]];
            let (low_ab, high_ab) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
            let (low_cd, high_cd) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
            [
                _mm256_unpacklo_epi64(low_ab, low_cd),
                _mm256_unpackhi_epi64(low_ab, low_cd),
                _mm256_unpacklo_epi64(high_ab, high_cd),
                _mm256_unpackhi_epi64(high_ab, high_cd),
            ]
        };
        let (upper, lower) = (fours(0), fours(4));
        let first = |n: usize| _mm256_permute2x128_si256::<0x20>(upper[n], lower[n]);
        let second = |n: usize| _mm256_permute2x128_si256::<0x31>(upper[n], lower[n]);
        [
            first(0),
            first(1),
            first(2),
            first(3),
            second(0),
            second(1),
            second(2),
            second(3),
        ]
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load_bytes(bytes: &[u8; 32]) -> __m256i {
        // SAFETY: the array is as long as a vector, and this load asks for no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn load(words: &[u32; LANES]) -> __m256i {
        // SAFETY: the array is as long as a vector, and this load asks for no alignment.
        unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    fn store(vector: __m256i) -> [u32; LANES] {
        let mut words = [0; LANES];
        // SAFETY: the array is as long as a vector, and this store asks for no alignment.
        unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), vector) }
        words
    }
}

/// The compression of sixteen streams in the sixteen 32-bit lanes of AVX-512 registers. It takes
/// hardly longer than eight streams.
mod sixteen {
    use std::arch::x86_64::{
        __m512i, _mm512_add_epi32, _mm512_and_si512, _mm512_andnot_si512, _mm512_castsi256_si512,
        _mm512_inserti64x4, _mm512_loadu_si512, _mm512_or_si512, _mm512_rol_epi32,
        _mm512_set1_epi32, _mm512_storeu_si512, _mm512_xor_si512,
    };

    use super::super::LANES;
    use super::{Block, eight};

    compression!(avx512, "avx512f", std::arch::x86_64::__m512i, 16);

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn add(a: __m512i, b: __m512i) -> __m512i {
        _mm512_add_epi32(a, b)
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn splat(word: i32) -> __m512i {
        _mm512_set1_epi32(word)
    }

    /// Rotates to the left by `BITS`; `REST` is 32 - `BITS`.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn rotate<const BITS: i32, const REST: i32>(words: __m512i) -> __m512i {
        const { assert!(BITS + REST == 32) };
        _mm512_rol_epi32::<BITS>(words)
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn f(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
        let chosen = _mm512_xor_si512(d, _mm512_and_si512(b, _mm512_xor_si512(c, d)));
        _mm512_add_epi32(sum, chosen)
    }

    /// The two halves have no bit in common, so they can be added one after the other.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn g(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
        let sum = _mm512_add_epi32(sum, _mm512_andnot_si512(d, c));
        _mm512_add_epi32(sum, _mm512_and_si512(b, d))
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn h(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
        _mm512_add_epi32(sum, _mm512_xor_si512(b, _mm512_xor_si512(c, d)))
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn i(sum: __m512i, b: __m512i, c: __m512i, d: __m512i) -> __m512i {
        let not_d = _mm512_xor_si512(d, _mm512_set1_epi32(-1));
        _mm512_add_epi32(sum, _mm512_xor_si512(c, _mm512_or_si512(b, not_d)))
    }

    /// The sixteen words of a block of every stream, word by word: lane `n` is stream `n`.
    #[target_feature(enable = "avx512f")]
    #[inline]
    fn message(blocks: [&Block; LANES]) -> [__m512i; 16] {
        let half = |first: usize| eight::message(std::array::from_fn(|lane| blocks[first + lane]));
        let (low, high) = (half(0), half(eight::LANES));
        std::array::from_fn(|word| {
            _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low[word]), high[word])
        })
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn load(words: &[u32; LANES]) -> __m512i {
        // SAFETY: the array is as long as a vector, and this load asks for no alignment.
        unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
    }

    #[target_feature(enable = "avx512f")]
    #[inline]
    fn store(vector: __m512i) -> [u32; LANES] {
        let mut words = [0; LANES];
        // SAFETY: the array is as long as a vector, and this store asks for no alignment.
        unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), vector) }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::one_by_one;
    use super::*;

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
}
