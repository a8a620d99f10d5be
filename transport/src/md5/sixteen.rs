//! The compression of sixteen MD5 streams in the sixteen 32-bit lanes of AVX-512 registers: they take hardly longer than
//! eight.
#![expect(
    unsafe_code,
    reason = "vectors are loaded from and stored to plain arrays"
)]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi32, _mm512_and_si512, _mm512_andnot_si512, _mm512_castsi256_si512,
    _mm512_inserti64x4, _mm512_loadu_si512, _mm512_or_si512, _mm512_rol_epi32, _mm512_set1_epi32,
    _mm512_storeu_si512, _mm512_xor_si512,
};

use super::{Block, LANES, eight};

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

/// To the left by so many bits; `REST` is what is missing to 32.
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

/// The two halves have no bit in common, so that they can be added one after the other.
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
