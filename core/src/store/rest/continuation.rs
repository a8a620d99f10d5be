//! Checks that a list of pages ends.
//!
//! A service, or something on the way to it, may send the same continuation tokens again and again, or ever
//! new ones with empty pages.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use super::malformed;
use super::page::Marker;
use crate::Result;

/// The most empty pages in a row. Services send some where much was deleted, and none sends thousands.
pub(crate) const EMPTY_PAGES_MAX: u32 = 2_000;

/// The tokens of one list so far. A page takes eight bytes.
#[derive(Debug, Default)]
pub(crate) struct Continuation {
    seen: HashSet<u64>,
    hasher: RandomState,
    empty: u32,
}

impl Continuation {
    /// For a list that continues with this token.
    pub(crate) fn from(first: Option<&Marker>) -> Self {
        let mut continuation = Self::default();
        if let Some(Marker(marker)) = first {
            continuation
                .seen
                .insert(continuation.hasher.hash_one(marker));
        }
        continuation
    }

    /// Takes a page with this many entries, which is followed by `next`. Fails where the list would not end;
    /// `what` names the list.
    pub(crate) fn page(&mut self, what: &str, entries: usize, next: Option<&Marker>) -> Result<()> {
        let Some(Marker(marker)) = next else {
            return Ok(());
        };
        if !self.seen.insert(self.hasher.hash_one(marker)) {
            return Err(malformed(format_args!(
                "{what} repeats the page with the marker `{}` and would never end",
                marker.escape_debug()
            )));
        }
        self.empty = if entries == 0 { self.empty + 1 } else { 0 };
        if self.empty > EMPTY_PAGES_MAX {
            return Err(malformed(format_args!(
                "{what} has more than {EMPTY_PAGES_MAX} empty pages in a row"
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(markers: impl IntoIterator<Item = String>, entries: usize) -> Result<()> {
        let mut continuation = Continuation::from(Some(&Marker("first".into())));
        markers
            .into_iter()
            .try_for_each(|marker| continuation.page("it", entries, Some(&Marker(marker))))
    }

    #[test]
    fn a_marker_that_comes_again_is_refused_however_late() {
        let texts = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert!(pages(texts(&["a", "b", "c"]), 1).is_ok());
        assert!(pages(texts(&["a", "a"]), 1).is_err());
        assert!(pages(texts(&["a", "b", "a"]), 1).is_err());
        assert!(pages(texts(&["a", "first"]), 1).is_err());
    }

    #[test]
    fn empty_pages_end_some_time_and_others_need_not() {
        let many = |count: u32| (0..count).map(|number| number.to_string());
        assert!(pages(many(EMPTY_PAGES_MAX), 0).is_ok());
        assert!(pages(many(EMPTY_PAGES_MAX + 1), 0).is_err());
        assert!(pages(many(3 * EMPTY_PAGES_MAX), 1).is_ok());
    }
}
