//! A shard of names: one of several parts that processes divide a listing into, without talking to each
//! other.
//!
//! `i/N` is shard `i` of `N`, counted from 0. Every process lists everything and keeps the names of its
//! shard. A name belongs to exactly one of the `N` shards, by a hash of the name alone, so the shards are
//! the listing and no name is in two of them.
//!
//! # Which shard a name belongs to (version 1)
//!
//! The hash is of the name's *key*, not of the name. Names that some target takes for one file have the same
//! key, and so one process meets them all and reports the collision. The key is the name
//!
//! 1. in Unicode's normal form NFKD;
//! 2. in lower case, then upper case, then lower case, by Unicode's full mappings (`ß`, `ẞ` and `SS` all
//!    become `ss`);
//! 3. without combining marks (characters whose canonical combining class is not 0: case mappings change
//!    their order), and without characters that Unicode calls ignorable by default;
//! 4. without each `%` that two hexadecimal digits follow, and without these digits: targets write
//!    characters that they cannot have in this form;
//! 5. without ASCII characters that are neither letters nor digits, also without `/` and `.`.
//!
//! Bytes that are not UTF-8 stay as they are. The hash is FNV-1a of the key with 64 bits, mixed with the
//! last step of `MurmurHash3` (`fmix64`); the shard is the upper half of the product of the hash and `N`,
//! 128 bits long. Nothing here depends on the machine. Unicode promises that normal forms and case pairs of
//! its characters do not change, so another version of azring may differ for characters only that a later
//! version of Unicode adds.
//!
//! A different rule would be another version of it, and would need another form of `i/N`, because a journal
//! stores `i/N` as part of its command.

use std::fmt;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

/// The most shards: each process lists everything, so more would list more than they copy.
pub const SHARDS_MAX: u32 = 16;

/// FNV's offset and prime for 64 bits: <http://www.isthe.com/chongo/tech/comp/fnv/>.
const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// Characters that Unicode calls ignorable by default (`Default_Ignorable_Code_Point` of Unicode 16).
const IGNORABLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fff8}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// One of the parts that a listing is divided into by the hash of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NameShard {
    index: u32,
    count: u32,
}

impl NameShard {
    /// Shard `index` of `count`, counted from 0. `None` where there is no such shard, or where there are more
    /// than [`SHARDS_MAX`].
    pub fn new(index: u32, count: u32) -> Option<Self> {
        let exists = index < count && count <= SHARDS_MAX;
        exists.then_some(Self { index, count })
    }

    /// The shard of `i/N`, both written in decimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (index, count) = text.split_once('/')?;
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| is_plain)
        };
        Self::new(number(index)?, number(count)?)
    }

    /// Whether the name belongs to this shard.
    pub fn has(self, name: &[u8]) -> bool {
        self.of(name) == self
    }

    /// The one of these shards that the name belongs to.
    pub fn of(self, name: &[u8]) -> Self {
        let hash = u128::from(mix(hash(name)));
        Self {
            index: ((hash * u128::from(self.count)) >> 64) as u32,
            ..self
        }
    }
}

impl fmt::Display for NameShard {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.index, self.count)
    }
}

/// The hash of a name's key.
fn hash(name: &[u8]) -> u64 {
    if name.is_ascii() {
        hash_of_folded(name)
    } else {
        hash_of_folded(&folded(name))
    }
}

/// Steps 4 and 5, and the hash of what is left. A capital letter is one only where the name is ASCII.
fn hash_of_folded(mut name: &[u8]) -> u64 {
    let mut hash = FNV_OFFSET;
    while let [first, rest @ ..] = name {
        name = rest;
        match (first, rest) {
            (b'%', [high, low, rest @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                name = rest;
            }
            (byte, _) if byte.is_ascii_alphanumeric() || !byte.is_ascii() => {
                hash ^= u64::from(byte.to_ascii_lowercase());
                hash = hash.wrapping_mul(FNV_PRIME);
            }
            _ => {}
        }
    }
    hash
}

/// Steps 1 to 3.
fn folded(name: &[u8]) -> Vec<u8> {
    let normalizer = DecomposingNormalizerBorrowed::new_nfkd();
    let mut folded = Vec::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        let letters = normalizer
            .normalize_iter(chunk.valid().chars())
            .flat_map(char::to_lowercase)
            .flat_map(char::to_uppercase)
            .flat_map(char::to_lowercase);
        for letter in letters.filter(|letter| !is_left_out(*letter)) {
            folded.extend(letter.encode_utf8(&mut [0; 4]).bytes());
        }
        folded.extend(chunk.invalid());
    }
    folded
}

/// Whether it is a mark, or ignorable.
fn is_left_out(letter: char) -> bool {
    let is_mark = CanonicalCombiningClassMapBorrowed::new().get_u8(letter) != 0;
    let mut ranges = IGNORABLE.iter();
    is_mark || ranges.any(|(first, last)| (*first..=*last).contains(&letter))
}

/// The last step of `MurmurHash3`: every bit of the hash changes every bit of the result.
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests;
