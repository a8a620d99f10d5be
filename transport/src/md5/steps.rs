//! The 64 steps of MD5 for vectors of any length.
//!
//! A step of MD5 depends on the step before, so a core mostly waits. The streams in one register
//! wait together. The step functions and constants are those of RFC 1321.
//! <https://www.rfc-editor.org/rfc/rfc1321#section-3.4>

/// One step: `a = b + ((a + f(b, c, d) + m + k) <<< s)`. The terms without `b`, which the step
/// before made, are added first.
macro_rules! step {
    ($f:ident, $a:ident, $b:ident, $c:ident, $d:ident, $m:expr, $s:literal, $k:literal) => {
        let sum = add($a, add($m, splat($k as i32)));
        let sum = $f(sum, $b, $c, $d);
        $a = add($b, rotate::<$s, { 32 - $s }>(sum));
    };
}

/// Four steps. After them the four words are in their places again.
macro_rules! four {
    ($f:ident, $v:ident, [$m0:expr, $m1:expr, $m2:expr, $m3:expr], [$s0:literal, $s1:literal, $s2:literal, $s3:literal],
     [$k0:literal, $k1:literal, $k2:literal, $k3:literal]) => {
        let [mut a, mut b, mut c, mut d] = $v;
        step!($f, a, b, c, d, $m0, $s0, $k0);
        step!($f, d, a, b, c, $m1, $s1, $k1);
        step!($f, c, d, a, b, $m2, $s2, $k2);
        step!($f, b, c, d, a, $m3, $s3, $k3);
        $v = [a, b, c, d];
    };
}

/// The compression of as many streams as a vector of this feature has lanes. It uses the operations
/// of the module that calls the macro.
macro_rules! compression {
    ($name:ident, $feature:literal, $vector:ty, $lanes:literal) => {
        pub(in crate::md5::simd) mod $name {
            use super::{add, f, g, h, i, load, message, rotate, splat, store};
            use crate::md5::{Block, State};

            /// Compresses `count` blocks of each stream into its state.
            ///
            /// Panics when a stream has fewer.
            #[target_feature(enable = $feature)]
            pub(in crate::md5::simd) fn compress(
                states: &mut [State; $lanes],
                streams: &[&[Block]; $lanes],
                count: usize,
            ) {
                let streams = streams.map(|stream| &stream[..count]);
                let words = |word: usize| std::array::from_fn(|lane| states[lane][word]);
                let mut v = [0, 1, 2, 3].map(|word| load(&words(word)));
                for index in 0..count {
                    let m = message(streams.map(|stream| &stream[index]));
                    let before = v;
                    v = rounds(v, &m);
                    for (word, before) in v.iter_mut().zip(before) {
                        *word = add(*word, before);
                    }
                }
                for (word, vector) in v.into_iter().enumerate() {
                    for (state, value) in states.iter_mut().zip(store(vector)) {
                        state[word] = value;
                    }
                }
            }

            /// The 64 steps of one block.
            #[target_feature(enable = $feature)]
            #[inline]
            #[rustfmt::skip]
            fn rounds(mut v: [$vector; 4], m: &[$vector; 16]) -> [$vector; 4] {
                four!(f, v, [m[0], m[1], m[2], m[3]], [7, 12, 17, 22], [0xd76a_a478_u32, 0xe8c7_b756_u32, 0x2420_70db_u32, 0xc1bd_ceee_u32]);
                four!(f, v, [m[4], m[5], m[6], m[7]], [7, 12, 17, 22], [0xf57c_0faf_u32, 0x4787_c62a_u32, 0xa830_4613_u32, 0xfd46_9501_u32]);
                four!(f, v, [m[8], m[9], m[10], m[11]], [7, 12, 17, 22], [0x6980_98d8_u32, 0x8b44_f7af_u32, 0xffff_5bb1_u32, 0x895c_d7be_u32]);
                four!(f, v, [m[12], m[13], m[14], m[15]], [7, 12, 17, 22], [0x6b90_1122_u32, 0xfd98_7193_u32, 0xa679_438e_u32, 0x49b4_0821_u32]);
                four!(g, v, [m[1], m[6], m[11], m[0]], [5, 9, 14, 20], [0xf61e_2562_u32, 0xc040_b340_u32, 0x265e_5a51_u32, 0xe9b6_c7aa_u32]);
                four!(g, v, [m[5], m[10], m[15], m[4]], [5, 9, 14, 20], [0xd62f_105d_u32, 0x0244_1453_u32, 0xd8a1_e681_u32, 0xe7d3_fbc8_u32]);
                four!(g, v, [m[9], m[14], m[3], m[8]], [5, 9, 14, 20], [0x21e1_cde6_u32, 0xc337_07d6_u32, 0xf4d5_0d87_u32, 0x455a_14ed_u32]);
                four!(g, v, [m[13], m[2], m[7], m[12]], [5, 9, 14, 20], [0xa9e3_e905_u32, 0xfcef_a3f8_u32, 0x676f_02d9_u32, 0x8d2a_4c8a_u32]);
                four!(h, v, [m[5], m[8], m[11], m[14]], [4, 11, 16, 23], [0xfffa_3942_u32, 0x8771_f681_u32, 0x6d9d_6122_u32, 0xfde5_380c_u32]);
                four!(h, v, [m[1], m[4], m[7], m[10]], [4, 11, 16, 23], [0xa4be_ea44_u32, 0x4bde_cfa9_u32, 0xf6bb_4b60_u32, 0xbebf_bc70_u32]);
                four!(h, v, [m[13], m[0], m[3], m[6]], [4, 11, 16, 23], [0x289b_7ec6_u32, 0xeaa1_27fa_u32, 0xd4ef_3085_u32, 0x0488_1d05_u32]);
                four!(h, v, [m[9], m[12], m[15], m[2]], [4, 11, 16, 23], [0xd9d4_d039_u32, 0xe6db_99e5_u32, 0x1fa2_7cf8_u32, 0xc4ac_5665_u32]);
                four!(i, v, [m[0], m[7], m[14], m[5]], [6, 10, 15, 21], [0xf429_2244_u32, 0x432a_ff97_u32, 0xab94_23a7_u32, 0xfc93_a039_u32]);
                four!(i, v, [m[12], m[3], m[10], m[1]], [6, 10, 15, 21], [0x655b_59c3_u32, 0x8f0c_cc92_u32, 0xffef_f47d_u32, 0x8584_5dd1_u32]);
                four!(i, v, [m[8], m[15], m[6], m[13]], [6, 10, 15, 21], [0x6fa8_7e4f_u32, 0xfe2c_e6e0_u32, 0xa301_4314_u32, 0x4e08_11a1_u32]);
                four!(i, v, [m[4], m[11], m[2], m[9]], [6, 10, 15, 21], [0xf753_7e82_u32, 0xbd3a_f235_u32, 0x2ad7_d2bb_u32, 0xeb86_d391_u32]);
                v
            }
        }
    };
}
