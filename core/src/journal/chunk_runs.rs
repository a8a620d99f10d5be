//! The encoding of a set of chunks in a record.

use super::wire::{RecordReader, put_number};
use crate::plan::chunk_runs::ChunkRuns;

/// Writes the number of runs, then for each its distance from the run before and its length.
pub(super) fn put(runs: &ChunkRuns, out: &mut Vec<u8>) {
    put_number(out, runs.iter().count() as u64);
    let mut end = 0;
    for (first, count) in runs.iter() {
        put_number(out, u64::from(first - end));
        put_number(out, u64::from(count));
        end = first + count;
    }
}

/// Reads a set; `None` for empty runs, runs that touch, and indices out of range.
pub(super) fn read(reader: &mut RecordReader<'_>) -> Option<ChunkRuns> {
    let count = reader.number()?;
    // A run takes two bytes at least, so a wrong number costs no time.
    if count > reader.0.len() as u64 / 2 {
        return None;
    }
    let mut runs = ChunkRuns::default();
    let mut end = 0_u32;
    for index in 0..count {
        let gap = u32::try_from(reader.number()?).ok()?;
        let count = u32::try_from(reader.number()?).ok()?;
        let first = end.checked_add(gap)?;
        end = first.checked_add(count)?;
        if count == 0 || (gap == 0 && index > 0) {
            return None;
        }
        runs.add(first, count);
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_is_read_as_it_was_written(added: Vec<(u8, u8)>) {
            let mut runs = ChunkRuns::default();
            for (first, count) in added {
                runs.add(first.into(), count.into());
            }
            let mut out = Vec::new();
            put(&runs, &mut out);
            prop_assert_eq!(read(&mut RecordReader(&out)), Some(runs));
        }
    }

    #[test]
    fn malformed_runs_are_refused() {
        for bytes in [&[1, 0, 0][..], &[2, 0, 1, 0, 1], &[200, 1], &[1, 1]] {
            assert_eq!(read(&mut RecordReader(bytes)), None, "{bytes:?}");
        }
    }
}
