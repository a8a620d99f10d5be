//! The objects that took the longest.

use std::cmp::Reverse;
use std::time::Duration;

use azring_core::entry::EntryName;
use azring_core::report::Details;

/// The number of objects that are kept.
pub(crate) const SLOWEST_MAX: usize = 20;

/// The longest name that is kept, in bytes. Names may be long, and the table has to stay readable.
pub(super) const NAME_BYTES_MAX: usize = 300;

/// One of the slowest objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SlowObject {
    /// Its name, safe to print.
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) elapsed: Duration,
    pub(crate) attempts: u32,
}

/// The slowest objects, the slowest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlowestObjects(Vec<SlowObject>);

impl SlowestObjects {
    /// Adds an object that has ended.
    pub(crate) fn add(&mut self, name: &EntryName, bytes: u64, details: &Details) {
        let elapsed = details.elapsed;
        let is_slow = match self.0.get(SLOWEST_MAX - 1) {
            Some(last) => last.elapsed < elapsed,
            None => !elapsed.is_zero(),
        };
        if !is_slow {
            return;
        }
        let at = self
            .0
            .partition_point(|slow| Reverse(slow.elapsed) <= Reverse(elapsed));
        let slow = SlowObject {
            name: cut(&name.to_string()),
            bytes,
            elapsed,
            attempts: details.attempts,
        };
        self.0.insert(at, slow);
        self.0.truncate(SLOWEST_MAX);
    }

    pub(crate) fn list(&self) -> &[SlowObject] {
        &self.0
    }
}

/// The text without its middle, if it is too long.
pub(super) fn cut(text: &str) -> String {
    if text.len() <= NAME_BYTES_MAX {
        return text.to_owned();
    }
    let front = text.floor_char_boundary(NAME_BYTES_MAX / 2);
    let back = text.ceil_char_boundary(text.len() - NAME_BYTES_MAX / 2);
    format!("{}…{}", &text[..front], &text[back..])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn details(ms: u64) -> Details {
        Details {
            elapsed: Duration::from_millis(ms),
            attempts: 1,
            ..Details::default()
        }
    }

    proptest! {
        #[test]
        fn the_slowest_are_kept_in_their_order(list in prop::collection::vec(0_u64..1000, 0..200)) {
            let mut slowest = SlowestObjects::default();
            for (at, ms) in list.iter().enumerate() {
                slowest.add(&format!("{at}").as_str().into(), 1, &details(*ms));
            }
            let mut wanted: Vec<_> = list.into_iter().filter(|ms| *ms > 0).collect();
            wanted.sort_by_key(|ms| Reverse(*ms));
            wanted.truncate(SLOWEST_MAX);
            let found: Vec<_> = slowest.list().iter().map(|slow| slow.elapsed.as_millis() as u64).collect();
            prop_assert_eq!(found, wanted);
        }

        #[test]
        fn a_long_name_is_cut_in_its_middle(name in "[aä€]{0,500}") {
            let shown = cut(&name);
            prop_assert!(shown.len() <= NAME_BYTES_MAX + 6);
            prop_assert_eq!(shown == name, name.len() <= NAME_BYTES_MAX);
        }
    }
}
