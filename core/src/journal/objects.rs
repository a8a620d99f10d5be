//! The open objects of a journal, and where in the file they were planned.
//!
//! An object takes eight bytes while a neighbour of it is open, and nothing once a block of objects
//! is settled. So the replay of ten million objects stays small.

use std::collections::BTreeMap;

/// Objects in one block.
const STRETCH: u64 = 512;

/// The open objects.
#[derive(Debug, Default)]
pub(super) struct Objects {
    stretches: BTreeMap<u64, Stretch>,
    open: u64,
    failed: u64,
}

#[derive(Debug)]
struct Stretch {
    open: u32,
    slots: Box<[u64; STRETCH as usize]>,
}

/// The slot of an object that is settled, or unknown. No record lies at offset 0.
const SETTLED: u64 = 0;

/// The lowest bit of a slot: the object failed when it was last tried. The other bits are the
/// offset.
const FAILED: u64 = 1;

impl Objects {
    /// Opens an object that was planned at `offset`. If it is open already, its offset is replaced.
    pub(super) fn open(&mut self, seq: u64, offset: u64) {
        let stretch = self
            .stretches
            .entry(seq / STRETCH)
            .or_insert_with(|| Stretch {
                open: 0,
                slots: Box::new([SETTLED; STRETCH as usize]),
            });
        let slot = &mut stretch.slots[(seq % STRETCH) as usize];
        if *slot == SETTLED {
            stretch.open += 1;
            self.open += 1;
        }
        self.failed -= *slot & FAILED;
        *slot = offset << 1;
    }

    /// Whether the object is open.
    pub(super) fn is_open(&self, seq: u64) -> bool {
        self.slot(seq) != SETTLED
    }

    /// Settles an object; returns whether it was open.
    pub(super) fn settle(&mut self, seq: u64) -> bool {
        let Some(stretch) = self.stretches.get_mut(&(seq / STRETCH)) else {
            return false;
        };
        let slot = &mut stretch.slots[(seq % STRETCH) as usize];
        if *slot == SETTLED {
            return false;
        }
        self.failed -= *slot & FAILED;
        *slot = SETTLED;
        stretch.open -= 1;
        self.open -= 1;
        if stretch.open == 0 {
            self.stretches.remove(&(seq / STRETCH));
        }
        true
    }

    /// Sets whether an open object failed when it was last tried.
    pub(super) fn mark(&mut self, seq: u64, has_failed: bool) {
        let Some(stretch) = self.stretches.get_mut(&(seq / STRETCH)) else {
            return;
        };
        let slot = &mut stretch.slots[(seq % STRETCH) as usize];
        if *slot != SETTLED {
            self.failed -= *slot & FAILED;
            *slot = *slot & !FAILED | u64::from(has_failed);
            self.failed += *slot & FAILED;
        }
    }

    /// How many are open.
    pub(super) fn count(&self) -> u64 {
        self.open
    }

    /// How many of them failed.
    pub(super) fn failed(&self) -> u64 {
        self.failed
    }

    /// The first open object from `seq` on, its offset, and whether it failed.
    pub(super) fn next(&self, seq: u64) -> Option<(u64, u64, bool)> {
        self.stretches
            .range(seq / STRETCH..)
            .find_map(|(&index, stretch)| {
                let begin = index * STRETCH;
                let skip = seq.saturating_sub(begin);
                let (place, slot) = stretch
                    .slots
                    .iter()
                    .enumerate()
                    .skip(skip as usize)
                    .find(|&(_, &slot)| slot != SETTLED)?;
                Some((begin + place as u64, slot >> 1, slot & FAILED != 0))
            })
    }

    fn slot(&self, seq: u64) -> u64 {
        self.stretches
            .get(&(seq / STRETCH))
            .map_or(SETTLED, |stretch| stretch.slots[(seq % STRETCH) as usize])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn objects_are_a_map_of_what_is_open(steps in prop::collection::vec((0..4_u8, 0..2000_u64), 0..300)) {
            let (mut objects, mut model) = (Objects::default(), BTreeMap::new());
            for (step, (what, seq)) in steps.into_iter().enumerate() {
                let offset = step as u64 + 68;
                match what {
                    0 => {
                        objects.open(seq, offset);
                        model.insert(seq, (offset, false));
                    }
                    1 => prop_assert_eq!(objects.settle(seq), model.remove(&seq).is_some()),
                    other => {
                        objects.mark(seq, other == 2);
                        if let Some(object) = model.get_mut(&seq) {
                            object.1 = other == 2;
                        }
                    }
                }
            }
            let mut listed = BTreeMap::new();
            let mut next = 0;
            while let Some((seq, offset, has_failed)) = objects.next(next) {
                prop_assert!(objects.is_open(seq));
                listed.insert(seq, (offset, has_failed));
                next = seq + 1;
            }
            prop_assert_eq!(objects.count(), model.len() as u64);
            prop_assert_eq!(objects.failed(), model.values().filter(|object| object.1).count() as u64);
            prop_assert_eq!(listed, model);
        }
    }
}
