//! The ranges of a page blob or of a file that were cleared and not written since, each with the
//! number of the request that cleared it.
//!
//! The differences from a snapshot name them, also where the snapshot has no bytes.

use std::collections::BTreeMap;

/// Disjoint ranges: from each start the byte after the end, and the request's number.
#[derive(Debug, Clone, Default)]
pub struct ClearedRanges(BTreeMap<u64, (u64, u64)>);

impl ClearedRanges {
    /// Adds a range in place of what it overlaps.
    pub fn add(&mut self, start: u64, end: u64, stamp: u64) {
        self.remove(start, end);
        if start < end {
            self.0.insert(start, (end, stamp));
        }
    }

    /// Removes a range, which cuts the ranges that it overlaps.
    pub fn remove(&mut self, start: u64, end: u64) {
        if self.0.is_empty() {
            return;
        }
        let overlapped: Vec<_> = self.overlapping(start, end).collect();
        for (from, to, stamp) in overlapped {
            self.0.remove(&from);
            if from < start {
                self.0.insert(from, (start, stamp));
            }
            if end < to {
                self.0.insert(end, (to, stamp));
            }
        }
    }

    /// The number of the request that cleared this byte last.
    pub fn stamp_at(&self, offset: u64) -> Option<u64> {
        let (_, (end, stamp)) = self.0.range(..=offset).next_back()?;
        (offset < *end).then_some(*stamp)
    }

    /// Start, end and number of the ranges that lie between two offsets, in part or in full.
    pub fn overlapping(&self, start: u64, end: u64) -> impl Iterator<Item = (u64, u64, u64)> {
        let before = self.0.range(..start).next_back();
        let before = before.filter(move |(_, (to, _))| *to > start);
        let ranges = before
            .into_iter()
            .chain(self.0.range(start..end.max(start)));
        ranges.map(|(from, (to, stamp))| (*from, *to, *stamp))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_cuts_the_range_that_it_falls_into() {
        let mut cleared = ClearedRanges::default();
        cleared.add(0, 100, 1);
        cleared.remove(20, 30);
        cleared.add(90, 120, 2);
        let all: Vec<_> = cleared.overlapping(0, 200).collect();
        assert_eq!(all, [(0, 20, 1), (30, 90, 1), (90, 120, 2)]);
        assert_eq!(
            (cleared.stamp_at(25), cleared.stamp_at(95)),
            (None, Some(2))
        );
    }
}
