//! How far the import of a file has come, as the journal stores it.

use crate::dump::json::ScanPosition;

/// The first word of the text, so that no other kind of beginning is taken for one.
const KIND: &str = "entities";

/// A position in a file before which all entities are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResumePosition {
    /// The position.
    pub(super) at: ScanPosition,
    /// Entities before it that the service refused: they are tried again from the beginning.
    pub(super) refused: u64,
}

impl ResumePosition {
    /// The text for a journal.
    pub(super) fn to_text(self) -> String {
        let ScanPosition { offset, depth } = self.at;
        format!("{KIND} {offset} {depth} {}", self.refused)
    }

    /// Reads that text; `None` for anything else.
    pub(super) fn of_text(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let mut words = text.strip_prefix(KIND)?.split_ascii_whitespace();
        let position = Self {
            at: ScanPosition {
                offset: words.next()?.parse().ok()?,
                depth: words.next()?.parse().ok()?,
            },
            refused: words.next()?.parse().ok()?,
        };
        words.next().is_none().then_some(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_and_nothing_else_is_one() {
        let position = ResumePosition {
            at: ScanPosition {
                offset: 1 << 40,
                depth: 2,
            },
            refused: 3,
        };
        let text = position.to_text();
        assert_eq!(ResumePosition::of_text(text.as_bytes()), Some(position));
        for other in [
            "",
            "7 blocks",
            "entities",
            "entities 1 2",
            "entities 1 2 3 4",
            "entities -1 2 3",
        ] {
            assert_eq!(ResumePosition::of_text(other.as_bytes()), None, "{other}");
        }
    }
}
