//! The compression of eight MD5 streams in the eight 32-bit lanes of AVX2 registers.
//!
//! It is compiled twice. Where a CPU has AVX-512 for registers of this length too (`avx512vl`), it has one instruction for a
//! rotation and one for most step functions, and the compiler uses them: a quarter fewer in all, and a shorter chain.
#![expect(
    unsafe_code,
    reason = "vectors are loaded from and stored to plain arrays"
)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi32, _mm256_and_si256, _mm256_andnot_si256, _mm256_loadu_si256,
    _mm256_or_si256, _mm256_permute2x128_si256, _mm256_set1_epi32, _mm256_slli_epi32,
    _mm256_srli_epi32, _mm256_storeu_si256, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64,
    _mm256_unpacklo_epi32, _mm256_unpacklo_epi64, _mm256_xor_si256,
};

use super::Block;

/// How many streams these are.
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

/// To the left by so many bits; `REST` is what is missing to 32.
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

/// The two halves have no bit in common, so that they can be added one after the other.
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

/// Eight rows of eight words become eight columns.
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
