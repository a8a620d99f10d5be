//! The bytes of a page blob or of a file: written runs in a 64-bit range; all other bytes are zero.
//! An object of 4 TiB without writes costs nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cleared_ranges::ClearedRanges;
use crate::emulator::http::payload::Piece;
use crate::emulator::store::Extent;

static STAMPS: AtomicU64 = AtomicU64::new(1);

/// The bytes of one write that are still current. Their key in the map is their offset.
#[derive(Debug, Clone)]
pub struct Run {
    /// Bytes.
    pub length: u64,
    /// The number of the write, which distinguishes old bytes from new ones when snapshots are
    /// compared.
    pub stamp: u64,
    /// Where they are stored.
    pub extent: Extent,
    /// Where in the extent they begin.
    pub extent_offset: u64,
}

/// The content of a page blob or of a file.
#[derive(Debug, Clone, Default)]
pub struct Pages {
    size: u64,
    /// `x-ms-blob-sequence-number`; 0 for a file.
    pub sequence: u64,
    runs: BTreeMap<u64, Run>,
    used_bytes: u64,
    cleared: ClearedRanges,
}

/// A listed range: its first byte, and the byte after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageRange {
    /// Written.
    Filled(u64, u64),
    /// Cleared since the other snapshot.
    Cleared(u64, u64),
}

impl Pages {
    /// Empty content of this size.
    pub fn new(size: u64, sequence: u64) -> Self {
        Self {
            size,
            sequence,
            runs: BTreeMap::new(),
            used_bytes: 0,
            cleared: ClearedRanges::default(),
        }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are written and not cleared.
    pub fn used_bytes(&self) -> u64 {
        self.used_bytes
    }

    /// Runs by offset.
    pub fn runs(&self) -> impl Iterator<Item = (u64, &Run)> {
        self.runs.iter().map(|(offset, run)| (*offset, run))
    }

    /// The run that begins at this offset.
    pub fn run_at(&self, offset: u64) -> Option<&Run> {
        self.runs.get(&offset)
    }

    /// Adds a run of an earlier emulator.
    pub fn restore(&mut self, offset: u64, run: Run) {
        STAMPS.fetch_max(run.stamp + 1, Ordering::Relaxed);
        self.used_bytes += run.length;
        self.runs.insert(offset, run);
    }

    /// Start, end and stamp of the ranges that were cleared and not written since.
    pub fn cleared(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.cleared.overlapping(0, self.size)
    }

    /// Adds a cleared range of an earlier emulator.
    pub fn restore_cleared(&mut self, start: u64, end: u64, stamp: u64) {
        STAMPS.fetch_max(stamp + 1, Ordering::Relaxed);
        self.cleared.add(start, end, stamp);
    }

    /// Makes the content shorter or longer.
    pub fn resize(&mut self, size: u64) {
        if size < self.size {
            self.remove_runs(size, self.size);
        }
        self.size = size;
    }

    /// Writes an extent at an offset.
    pub fn write(&mut self, offset: u64, extent: Extent) {
        self.write_as(offset, extent, new_stamp());
    }

    /// Repeats a write of an earlier emulator, which had this number.
    pub fn restore_write(&mut self, offset: u64, extent: Extent, stamp: u64) {
        STAMPS.fetch_max(stamp + 1, Ordering::Relaxed);
        self.write_as(offset, extent, stamp);
    }

    fn write_as(&mut self, offset: u64, extent: Extent, stamp: u64) {
        let length = extent.length();
        self.remove_runs(offset, offset + length);
        self.used_bytes += length;
        self.runs.insert(
            offset,
            Run {
                length,
                stamp,
                extent,
                extent_offset: 0,
            },
        );
    }

    /// Makes a range zero.
    pub fn clear(&mut self, offset: u64, length: u64) {
        self.clear_as(offset, length, new_stamp());
    }

    /// Repeats a request of an earlier emulator that made a range zero, which had this number.
    pub fn restore_clear(&mut self, offset: u64, length: u64, stamp: u64) {
        STAMPS.fetch_max(stamp + 1, Ordering::Relaxed);
        self.clear_as(offset, length, stamp);
    }

    fn clear_as(&mut self, offset: u64, length: u64, stamp: u64) {
        self.remove_runs(offset, offset + length);
        self.cleared.add(offset, offset + length, stamp);
    }

    /// The number of the request that wrote or cleared this byte last.
    pub fn last_stamp(&self, offset: u64) -> Option<u64> {
        let written = self.stamp_at(offset);
        written.or_else(|| self.cleared.stamp_at(offset))
    }

    fn remove_runs(&mut self, offset: u64, end: u64) {
        self.cleared.remove(offset, end);
        self.split_at(offset);
        self.split_at(end);
        let covered: Vec<u64> = self
            .runs
            .range(offset..end)
            .map(|(start, _)| *start)
            .collect();
        for start in covered {
            if let Some(run) = self.runs.remove(&start) {
                self.used_bytes -= run.length;
            }
        }
    }

    /// The pieces of a range that lies within the blob.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        let end = offset + length;
        let mut pieces = Vec::new();
        let mut at = offset;
        for (start, run) in self.overlapping(offset, end) {
            let from = start.max(offset);
            let to = (start + run.length).min(end);
            if from > at {
                pieces.push(Piece::Zeros(from - at));
            }
            let inside = run.extent_offset + (from - start);
            // A pattern's bytes depend on their offset in the blob.
            pieces.push(run.extent.piece(inside, to - from, from - inside.min(from)));
            at = to;
        }
        if at < end {
            pieces.push(Piece::Zeros(end - at));
        }
        pieces
    }

    /// The written ranges between two offsets, clipped, with neighbours merged.
    pub fn ranges(&self, offset: u64, end: u64) -> Vec<PageRange> {
        let mut ranges = Vec::new();
        for (start, run) in self.overlapping(offset, end) {
            push(
                &mut ranges,
                PageRange::Filled(start.max(offset), (start + run.length).min(end)),
            );
        }
        ranges
    }

    /// The changes between two offsets since `before`.
    pub fn difference(&self, before: &Self, offset: u64, end: u64) -> Vec<PageRange> {
        let mut borders: Vec<u64> = vec![offset, end];
        for pages in [self, before] {
            for (start, run) in pages.overlapping(offset, end) {
                borders.extend([start, start + run.length].map(|border| border.clamp(offset, end)));
            }
            for (start, to, _) in pages.cleared.overlapping(offset, end) {
                borders.extend([start, to].map(|border| border.clamp(offset, end)));
            }
        }
        borders.sort_unstable();
        borders.dedup();
        let mut ranges = Vec::new();
        for pair in borders.windows(2) {
            match (self.stamp_at(pair[0]), before.stamp_at(pair[0])) {
                (Some(new), old) if old != Some(new) => {
                    push(&mut ranges, PageRange::Filled(pair[0], pair[1]));
                }
                (None, Some(_)) => push(&mut ranges, PageRange::Cleared(pair[0], pair[1])),
                (None, None) if self.is_cleared_since(before, pair[0]) => {
                    push(&mut ranges, PageRange::Cleared(pair[0], pair[1]));
                }
                _ => {}
            }
        }
        ranges
    }

    fn is_cleared_since(&self, before: &Self, offset: u64) -> bool {
        let stamp = self.cleared.stamp_at(offset);
        stamp.is_some() && stamp != before.cleared.stamp_at(offset)
    }

    fn stamp_at(&self, offset: u64) -> Option<u64> {
        let (start, run) = self.runs.range(..=offset).next_back()?;
        (offset < start + run.length).then_some(run.stamp)
    }

    fn overlapping(&self, offset: u64, end: u64) -> impl Iterator<Item = (u64, &Run)> {
        let before = self.runs.range(..offset).next_back();
        let before = before.filter(move |(start, run)| **start + run.length > offset);
        before
            .into_iter()
            .chain(self.runs.range(offset..end.max(offset)))
            .map(|(start, run)| (*start, run))
    }

    fn split_at(&mut self, offset: u64) {
        let Some((start, run)) = self.runs.range_mut(..offset).next_back() else {
            return;
        };
        let inside = offset - *start;
        if inside >= run.length {
            return;
        }
        let behind = Run {
            length: run.length - inside,
            stamp: run.stamp,
            extent: run.extent.clone(),
            extent_offset: run.extent_offset + inside,
        };
        run.length = inside;
        self.runs.insert(offset, behind);
    }
}

fn new_stamp() -> u64 {
    STAMPS.fetch_add(1, Ordering::Relaxed)
}

/// Adds a range. Neighbours of one kind are merged.
fn push(ranges: &mut Vec<PageRange>, range: PageRange) {
    match (ranges.last_mut(), range) {
        (Some(PageRange::Filled(_, end)), PageRange::Filled(start, to))
        | (Some(PageRange::Cleared(_, end)), PageRange::Cleared(start, to))
            if *end == start =>
        {
            *end = to;
        }
        _ => ranges.push(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emulator::http::payload::gather;
    use bytes::Bytes;
    use proptest::prelude::*;

    const SIZE: usize = 64;

    #[derive(Debug, Clone)]
    enum Step {
        Write(usize, usize, u8),
        Clear(usize, usize),
        Resize(usize),
        Snapshot,
    }

    fn step() -> impl Strategy<Value = Step> {
        let span = (0..SIZE, 1..SIZE / 2).prop_map(|(at, length)| (at, length.min(SIZE - at)));
        prop_oneof![
            4 => (span.clone(), 1..=255_u8).prop_map(|((at, length), byte)| Step::Write(at, length, byte)),
            2 => span.prop_map(|(at, length)| Step::Clear(at, length)),
            1 => (0..=SIZE).prop_map(Step::Resize),
            1 => Just(Step::Snapshot),
        ]
    }

    /// A byte array that remembers which write each byte came from.
    #[derive(Clone, Default)]
    struct Plain {
        bytes: Vec<u8>,
        from: Vec<Option<usize>>,
        /// The step that cleared a byte, until it is written.
        cleared: Vec<Option<usize>>,
    }

    impl Plain {
        fn set(&mut self, at: usize, length: usize, byte: u8, from: Option<usize>) {
            for index in at..(at + length).min(self.bytes.len()) {
                self.bytes[index] = byte;
                self.from[index] = from;
                self.cleared[index] = None;
            }
        }

        fn clear(&mut self, at: usize, length: usize, step: usize) {
            self.set(at, length, 0, None);
            self.cleared[at..at + length].fill(Some(step));
        }

        fn resize(&mut self, size: usize) {
            self.bytes.resize(size, 0);
            self.from.resize(size, None);
            self.cleared.resize(size, None);
        }
    }

    fn flatten(ranges: &[PageRange], size: usize) -> Vec<Option<bool>> {
        let mut flat = vec![None; size];
        for range in ranges {
            let (from, to, filled) = match *range {
                PageRange::Filled(from, to) => (from, to, true),
                PageRange::Cleared(from, to) => (from, to, false),
            };
            assert!(from < to && to <= size as u64);
            flat[from as usize..to as usize].fill(Some(filled));
        }
        flat
    }

    proptest! {
        #[test]
        fn a_run_map_is_a_byte_array(steps in proptest::collection::vec(step(), 0..40), cut in (0..SIZE, 0..SIZE)) {
            let mut pages = Pages::new(SIZE as u64, 0);
            let mut plain = Plain::default();
            plain.resize(SIZE);
            let (mut old_pages, mut old_plain) = (pages.clone(), plain.clone());
            for (number, step) in steps.iter().enumerate() {
                let size = pages.size() as usize;
                match *step {
                    Step::Write(at, length, byte) if at + length <= size => {
                        pages.write(at as u64, Extent::Memory(Bytes::from(vec![byte; length])));
                        plain.set(at, length, byte, Some(number));
                    }
                    Step::Clear(at, length) if at + length <= size => {
                        pages.clear(at as u64, length as u64);
                        plain.clear(at, length, number);
                    }
                    Step::Resize(size) => {
                        pages.resize(size as u64);
                        plain.resize(size);
                    }
                    Step::Snapshot => (old_pages, old_plain) = (pages.clone(), plain.clone()),
                    _ => {}
                }
            }
            let size = pages.size() as usize;
            prop_assert_eq!(&gather(&pages.read(0, size as u64)).unwrap(), &plain.bytes);
            let (from, to) = (cut.0.min(cut.1).min(size), cut.0.max(cut.1).min(size));
            prop_assert_eq!(gather(&pages.read(from as u64, (to - from) as u64)).unwrap(), &plain.bytes[from..to]);
            let filled = flatten(&pages.ranges(0, size as u64), size);
            let expected: Vec<_> = plain.from.iter().map(|from| from.map(|_| true)).collect();
            prop_assert_eq!(filled, expected);
            old_plain.resize(size.max(old_plain.bytes.len()));
            let changed = flatten(&pages.difference(&old_pages, 0, size as u64), size);
            for (index, seen) in changed.iter().enumerate() {
                let (new, old) = (plain.from[index], old_plain.from[index]);
                let is_cleared = plain.cleared[index] != old_plain.cleared[index]
                    && plain.cleared[index].is_some();
                let expected = if new != old {
                    Some(new.is_some())
                } else if is_cleared {
                    Some(false)
                } else {
                    None
                };
                prop_assert_eq!(*seen, expected, "byte {}", index);
            }
        }

        #[test]
        fn neighbouring_ranges_are_merged(steps in proptest::collection::vec((0..SIZE, 1..8_usize), 0..20)) {
            let mut pages = Pages::new(SIZE as u64, 0);
            for (at, length) in steps {
                pages.write(at as u64, Extent::Pattern(length.min(SIZE - at) as u64));
            }
            let ranges = pages.ranges(0, SIZE as u64);
            for pair in ranges.windows(2) {
                let (PageRange::Filled(_, end), PageRange::Filled(start, _)) = (pair[0], pair[1]) else { panic!() };
                prop_assert!(end < start);
            }
        }
    }

    #[test]
    fn a_huge_empty_blob_reads_as_one_hole() {
        let mut pages = Pages::new(4 << 40, 0);
        assert!(
            matches!(pages.read(0, 4 << 40).as_slice(), [Piece::Zeros(length)] if *length == 4 << 40)
        );
        pages.write(1 << 40, Extent::Pattern(512));
        assert_eq!(
            pages.ranges(0, 4 << 40),
            [PageRange::Filled(1 << 40, (1 << 40) + 512)]
        );
    }
}
