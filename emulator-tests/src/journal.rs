//! The records of a job's journal, by their types, for tests that wait until the program has written
//! something down.
//!
//! `core/src/journal/FORMAT.md` describes the file. This code shares nothing with the program.

use std::fs;
use std::path::{Path, PathBuf};

use crate::tree::names_below;

/// Bytes of the header.
pub const HEADER_BYTES: usize = 68;
/// Bytes of a frame before its record: the length and the checksum.
const FRAME_BYTES: usize = 8;

/// An object is to be copied.
pub const PLANNED: u8 = 3;
/// An object was begun.
pub const STARTED: u8 = 5;
/// Chunks of an object survive a crash.
pub const DURABLE: u8 = 6;
/// An object is at the target.
pub const DONE: u8 = 9;
/// An object failed.
pub const FAILED: u8 = 11;
/// The identity of the target.
pub const TARGET: u8 = 21;

/// The whole records of a journal: the offset of each, and its type with its payload.
pub fn records(journal: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut at, mut records) = (HEADER_BYTES, Vec::new());
    while let Some(length) = journal.get(at..at + 4) {
        let length = u32::from_le_bytes(length.try_into().expect("four bytes")) as usize;
        let begin = at + FRAME_BYTES;
        let Some(record) = journal
            .get(begin..begin + length)
            .filter(|record| !record.is_empty())
        else {
            break;
        };
        records.push((at, record));
        at = begin + length;
    }
    records
}

/// The journals in a folder and below it.
pub fn journals_below(folder: &Path) -> Vec<PathBuf> {
    let names = names_below(folder).into_iter();
    names
        .filter(|name| name.split('.').next_back() == Some("jnl"))
        .map(|name| folder.join(name))
        .collect()
}

/// How many records of a type the journals below a folder have. A journal that cannot be read has
/// none.
pub fn count_records(folder: &Path, record_type: u8) -> usize {
    let journals = journals_below(folder).into_iter();
    journals
        .map(|path| {
            let bytes = fs::read(path).unwrap_or_default();
            let records = records(&bytes).into_iter();
            records
                .filter(|(_, record)| record[0] == record_type)
                .count()
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_counted_up_to_the_first_torn_one() {
        let mut bytes = vec![0; HEADER_BYTES];
        for record in [&[PLANNED, 1, 2][..], &[DONE, 0], &[DONE, 1, 5]] {
            bytes.extend((record.len() as u32).to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(record);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("azring.jnl");
        let count = |bytes: &[u8], record_type| {
            fs::write(&path, bytes).expect("the folder is ours");
            count_records(folder.path(), record_type)
        };
        assert_eq!(count(&bytes, DONE), 2);
        assert_eq!(count(&bytes[..bytes.len() - 1], DONE), 1);
        assert_eq!(count(&bytes, TARGET), 0);
        assert_eq!(count(&[], DONE), 0);
    }
}
