//! A set of chunks of one object, as runs of indices.
//!
//! The chunks of a worker become durable in almost any order, but those of one report mostly are
//! one run: a large object costs the journal a few bytes, not one record for each chunk.

/// A set of chunk indices, kept as sorted runs that do not touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChunkRuns(Vec<(u32, u32)>);

impl ChunkRuns {
    /// Whether it has no chunk.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many chunks it has.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|&(_, count)| u64::from(count)).sum()
    }

    /// The runs: first index and how many, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }

    /// Whether it has this chunk.
    pub fn contains(&self, index: u32) -> bool {
        let after = self.0.partition_point(|&(first, _)| first <= index);
        after > 0 && {
            let (first, count) = self.0[after - 1];
            index - first < count
        }
    }

    /// Adds one chunk.
    pub fn insert(&mut self, index: u32) {
        self.add(index, 1);
    }

    /// Adds the chunks of another set.
    pub fn union(&mut self, other: &Self) {
        for (first, count) in other.iter() {
            self.add(first, count);
        }
    }

    /// Adds `count` chunks from `first` on. Indices beyond the last possible one are ignored.
    pub fn add(&mut self, first: u32, count: u32) {
        let count = count.min(u32::MAX - first);
        if count == 0 {
            return;
        }
        // All runs that overlap or touch the new one are merged with it.
        let end = first + count;
        let from = self.0.partition_point(|&(begin, len)| begin + len < first);
        let until = self.0.partition_point(|&(begin, _)| begin <= end);
        let merged = self.0[from..until]
            .iter()
            .fold((first, end), |(low, high), &(begin, len)| {
                (low.min(begin), high.max(begin + len))
            });
        self.0
            .splice(from..until, [(merged.0, merged.1 - merged.0)]);
    }
}

impl FromIterator<u32> for ChunkRuns {
    fn from_iter<I: IntoIterator<Item = u32>>(indices: I) -> Self {
        let mut runs = Self::default();
        for index in indices {
            runs.insert(index);
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_the_set_of_what_was_added(added: Vec<(u8, u8)>) {
            let mut runs = ChunkRuns::default();
            let mut set = BTreeSet::new();
            for (first, count) in added {
                runs.add(first.into(), count.into());
                set.extend((0..u32::from(count)).map(|step| u32::from(first) + step));
            }
            let listed: Vec<_> = runs.iter().flat_map(|(first, count)| first..first + count).collect();
            prop_assert_eq!(listed, set.iter().copied().collect::<Vec<_>>());
            for index in 0..520 {
                prop_assert_eq!(runs.contains(index), set.contains(&index));
            }
            let touching = runs.iter().zip(runs.iter().skip(1)).any(|(a, b)| a.0 + a.1 >= b.0);
            prop_assert!(!touching);
        }
    }

    #[test]
    fn the_last_index_there_can_be_does_not_overflow() {
        let mut runs = ChunkRuns::default();
        runs.add(u32::MAX - 1, 5);
        runs.add(u32::MAX, 1);
        assert_eq!(runs.iter().collect::<Vec<_>>(), [(u32::MAX - 1, 1)]);
    }
}
