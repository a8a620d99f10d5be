//! Entity tags in the service's form: a unique clock reading in hexadecimal.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::emulator::clock::Moment;

/// Ticks from 0001-01-01, the origin of the service's clock, to 1970-01-01.
const EPOCH_TICKS: u64 = 621_355_968_000_000_000;
static LAST: AtomicU64 = AtomicU64::new(0);

/// The version of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct ETag(u64);

/// An entity tag that conditions can be compared with.
pub trait EntityTag: Copy {
    /// Whether a condition names this tag, quoted or not.
    fn is(self, condition: &str) -> bool;
}

/// The entity tag of an object on another server, as that server wrote it. Empty for an object
/// without a tag, which no condition names.
#[derive(Debug, Clone, Copy)]
pub struct ForeignTag<'a>(pub &'a str);

impl EntityTag for ETag {
    fn is(self, condition: &str) -> bool {
        without_quotes(condition) == self.bare()
    }
}

impl EntityTag for ForeignTag<'_> {
    fn is(self, condition: &str) -> bool {
        !self.0.is_empty() && without_quotes(condition) == without_quotes(self.0)
    }
}

fn without_quotes(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/").trim_matches('"')
}

impl ETag {
    /// A tag that was never given before.
    pub fn next() -> Self {
        let now = Moment::now().ticks() + EPOCH_TICKS;
        let before = LAST
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
                Some(now.max(last + 1))
            })
            .unwrap_or_default();
        Self(now.max(before + 1))
    }

    /// Without quotes, as listings carry it.
    pub fn bare(self) -> String {
        format!("0x{:X}", self.0)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "\"0x{:X}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_unique_and_match_with_or_without_quotes() {
        let tags: std::collections::HashSet<_> = (0..1000).map(|_| ETag::next()).collect();
        assert_eq!(tags.len(), 1000);
        let tag = ETag::next();
        assert!(tag.is(&tag.to_string()) && tag.is(&tag.bare()) && !tag.is("\"0x1\""));
    }

    #[test]
    fn a_foreign_tag_matches_its_own_text_and_an_empty_one_nothing() {
        let tag = ForeignTag("\"abc\"");
        assert!(tag.is("abc") && tag.is("\"abc\"") && !tag.is("\"abd\""));
        assert!(!ForeignTag("").is("") && !ForeignTag("").is("\"\""));
    }
}
