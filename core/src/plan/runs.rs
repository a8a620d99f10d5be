//! Which chunks of an object: a list of runs of indices. A large object that was interrupted has few of them, however
//! many chunks it has.

use std::ops::Range;

/// Indices of chunks, as runs in order and apart from each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Runs(Vec<Range<u32>>);

impl Runs {
    /// No index.
    pub fn new() -> Self {
        Self::default()
    }

    /// The runs.
    pub fn as_slice(&self) -> &[Range<u32>] {
        &self.0
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many indices there are.
    pub fn count(&self) -> u64 {
        self.0
            .iter()
            .map(|run| u64::from(run.end - run.start))
            .sum()
    }

    /// This index is among them.
    pub fn has(&self, index: u32) -> bool {
        let behind = self.0.partition_point(|run| run.end <= index);
        self.0.get(behind).is_some_and(|run| run.contains(&index))
    }

    /// Adds one index.
    pub fn add(&mut self, index: u32) {
        self.add_run(index..index + 1);
    }

    /// Adds a run; one that is empty adds nothing.
    pub fn add_run(&mut self, run: Range<u32>) {
        if run.is_empty() {
            return;
        }
        // Everything that touches the new run becomes part of it.
        let first = self.0.partition_point(|other| other.end < run.start);
        let last = self.0.partition_point(|other| other.start <= run.end);
        let mut run = run;
        for other in &self.0[first..last] {
            run = run.start.min(other.start)..run.end.max(other.end);
        }
        self.0.splice(first..last, [run]);
    }

    /// Adds all of these.
    pub fn add_all(&mut self, others: &Self) {
        for run in &others.0 {
            self.add_run(run.clone());
        }
    }
}

impl FromIterator<Range<u32>> for Runs {
    fn from_iter<I: IntoIterator<Item = Range<u32>>>(runs: I) -> Self {
        let mut runs: Vec<Range<u32>> = runs.into_iter().collect();
        // In order each one is put at the end.
        runs.sort_unstable_by_key(|run| run.start);
        let mut all = Self::new();
        for run in runs {
            all.add_run(run);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_hold_what_was_added_in_as_few_pieces_as_there_can_be(
            added in proptest::collection::vec((0_u32..60, 0_u32..9), 0..30),
        ) {
            let mut runs = Runs::new();
            let mut set = BTreeSet::new();
            for (start, length) in added {
                runs.add_run(start..start + length);
                set.extend(start..start + length);
            }
            for index in 0..80 {
                prop_assert_eq!(runs.has(index), set.contains(&index), "{} in {:?}", index, runs);
            }
            prop_assert_eq!(runs.count(), set.len() as u64);
            prop_assert!(runs.as_slice().windows(2).all(|pair| pair[0].end < pair[1].start));
        }
    }
}
