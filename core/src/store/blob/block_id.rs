//! The ids of blocks. An upload makes [`BlockIds`] for each object; Put Block and Put Block List take
//! their ids from it.
//!
//! An id depends on the name, the length and the modification time of the source, and on the length
//! of its blocks. A run that resumes an upload therefore recognises the blocks of the interrupted
//! run, and a source that changed meanwhile has other ids. All ids of a blob must have the same
//! length; other programs mostly use another one, so their blocks have other ids too.
//!
//! A worker of a shard asks for the blocks of other workers without a journal of its own. There the ids also
//! depend on the plan: the blocks of another plan may have other bytes although time and length of the source
//! are the same.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block#uri-parameters>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

/// Hexadecimal digits of the digest that an id begins with: 104 bits.
const DIGEST_DIGITS: usize = 26;

/// Hexadecimal digits of the index: 65,536 is more than a blob has blocks.
const INDEX_DIGITS: usize = 4;

/// The length of an id before base64. Thirty bytes are a multiple of three, so base64 needs no padding. The
/// base64 of hexadecimal digits has neither `+` nor `/`, so an id needs no escape in a query or in XML.
const ID_BYTES: usize = DIGEST_DIGITS + INDEX_DIGITS;

const _: () = assert!(ID_BYTES.is_multiple_of(3) && ID_BYTES <= super::rules::BLOCK_ID_BYTES_MAX);

/// The id of one block: 40 letters and digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BlockId(String);

impl BlockId {
    /// The id as requests and answers have it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The ids of the blocks of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockIds([u8; DIGEST_DIGITS]);

impl BlockIds {
    /// The ids for an upload to the blob of this full name. `object_bytes` and `modified_ns` (since 1970)
    /// are the length and the modification time of the source, `block_bytes` the length of a block.
    pub fn new(name: &str, object_bytes: u64, block_bytes: u64, modified_ns: i128) -> Self {
        // MD5 is enough: only somebody who may write to the container could use a collision, and
        // needs none to replace the blob.
        let digest = Md5::new()
            .chain_update(b"azring block 1\0")
            .chain_update(object_bytes.to_le_bytes())
            .chain_update(block_bytes.to_le_bytes())
            .chain_update(modified_ns.to_le_bytes())
            .chain_update(name)
            .finalize();
        Self(hex_digits(digest.into()))
    }

    /// Other ids, for those that have this name in common.
    pub fn of(&self, name: &str) -> Self {
        let digest = Md5::new()
            .chain_update(b"azring shared block 1\0")
            .chain_update(self.0)
            .chain_update(name)
            .finalize();
        Self(hex_digits(digest.into()))
    }

    /// The id of the block of this index.
    pub fn id(&self, index: u32) -> BlockId {
        debug_assert!(u64::from(index) < super::rules::BLOCKS_MAX);
        let mut id = [0; ID_BYTES];
        id[..DIGEST_DIGITS].copy_from_slice(&self.0);
        for (place, digit) in id[DIGEST_DIGITS..].iter_mut().rev().enumerate() {
            *digit = hex_digit((index >> (4 * place) & 15) as u8);
        }
        BlockId(STANDARD.encode(id))
    }

    /// The index of a block that a service lists, if the block is one of these.
    pub fn index_of(&self, id: &str) -> Option<u32> {
        let id = STANDARD.decode(id).ok()?;
        let index = id.strip_prefix(&self.0)?;
        let is_index =
            index.len() == INDEX_DIGITS && index.iter().all(|digit| hex_value(*digit).is_some());
        is_index.then(|| {
            index
                .iter()
                .filter_map(|digit| hex_value(*digit))
                .fold(0, |sum, value| sum << 4 | value)
        })
    }
}

/// 0 to 15 as a digit in lower case.
fn hex_digit(value: u8) -> u8 {
    b"0123456789abcdef"[usize::from(value)]
}

/// The value of such a digit.
fn hex_value(digit: u8) -> Option<u32> {
    matches!(digit, b'0'..=b'9' | b'a'..=b'f').then(|| char::from(digit).to_digit(16))?
}

/// What an id begins with.
fn hex_digits(digest: [u8; 16]) -> [u8; DIGEST_DIGITS] {
    let mut digits = [0; DIGEST_DIGITS];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
        pair[0] = hex_digit(byte >> 4);
        pair[1] = hex_digit(byte & 15);
    }
    digits
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn ids() -> BlockIds {
        BlockIds::new("vd/a.vhd", 1 << 30, 4 << 20, 1_600_000_000_123_456_789)
    }

    #[test]
    fn all_ids_have_one_length_and_need_no_escape() {
        let unique: HashSet<String> = (0..50_000)
            .map(|index| ids().id(index).as_str().to_owned())
            .inspect(|id| {
                assert_eq!(id.len(), 40);
                assert!(id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
            })
            .collect();
        assert_eq!(unique.len(), 50_000);
    }

    #[test]
    fn ids_are_the_same_in_every_run() {
        // An upload may resume the blocks of an earlier version of the program, so this value must
        // never change.
        assert_eq!(
            ids().id(49_999).as_str(),
            "NThmNmQzYTRhNjAyZjBiMmZhNmQ2NzhjNmFjMzRm"
        );
    }

    #[test]
    fn another_name_size_cut_or_age_has_other_ids() {
        let first = ids().id(7);
        for other in [
            BlockIds::new("vd/b.vhd", 1 << 30, 4 << 20, 1_600_000_000_123_456_789),
            BlockIds::new(
                "vd/a.vhd",
                (1 << 30) + 1,
                4 << 20,
                1_600_000_000_123_456_789,
            ),
            BlockIds::new("vd/a.vhd", 1 << 30, 8 << 20, 1_600_000_000_123_456_789),
            BlockIds::new("vd/a.vhd", 1 << 30, 4 << 20, 1_600_000_000_123_456_790),
        ] {
            assert_ne!(other.id(7), first);
            assert_eq!(other.index_of(first.as_str()), None);
        }
    }

    #[test]
    fn another_plan_has_other_ids() {
        let first = ids().of("one").id(7);
        assert_eq!(ids().of("one").index_of(first.as_str()), Some(7));
        for other in [ids(), ids().of("two")] {
            assert_eq!(other.index_of(first.as_str()), None);
        }
    }

    #[test]
    fn a_listed_block_is_recognised_by_its_id() {
        for index in [0, 1, 255, 4096, 49_999] {
            assert_eq!(ids().index_of(ids().id(index).as_str()), Some(index));
        }
        for length in [0, 3, 5, 8] {
            let almost = [&ids().0[..], &b"00000000"[..length]].concat();
            assert_eq!(
                ids().index_of(&STANDARD.encode(almost)),
                None,
                "{length} digits"
            );
        }
        for foreign in [
            "",
            "QQ==",
            "no base64!",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert_eq!(ids().index_of(foreign), None, "{foreign}");
        }
    }
}
