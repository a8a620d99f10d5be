//! Prints what a preview would do, one line for each object.

use std::sync::Arc;

use azring_core::report::{ChangeKind, ChangedSide, Event, PlannedChange};
use jiff::Timestamp;

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, count};

/// Prints the lines on standard output.
pub(crate) struct PlannedChanges {
    console: Arc<Console>,
}

impl PlannedChanges {
    /// The lines of a run.
    pub(crate) fn new(console: Arc<Console>) -> Self {
        Self { console }
    }
}

impl Listener for PlannedChanges {
    fn on_event(&self, event: &Event<'_>) {
        if let Event::Change(change) = event {
            self.console.result(&line(change));
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {}
}

/// What is done, in one word.
pub(super) fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Copy => "copy",
        ChangeKind::Move => "move",
        ChangeKind::SetTime => "touch",
        ChangeKind::SetProperties => "set",
        ChangeKind::Delete => "delete",
        ChangeKind::Keep => "keep",
    }
}

/// `copy     newer      a/d.txt  2026-11-01T10:00:00Z > 2026-10-30T08:11:02Z`.
fn line(change: &PlannedChange<'_>) -> String {
    let bytes = |side: ChangedSide| count(side.bytes);
    let detail = match (change.source, change.target) {
        (Some(source), Some(target)) if source.bytes != target.bytes => {
            format!("{} -> {}", bytes(target), bytes(source))
        }
        (Some(source), Some(target)) => {
            let sign = if source.modified > target.modified {
                '>'
            } else {
                '<'
            };
            format!("{} {sign} {}", time(source.modified), time(target.modified))
        }
        (Some(side), None) | (None, Some(side)) => bytes(side),
        (None, None) => String::new(),
    };
    let line = format!(
        "{:<8} {:<10} {}  {detail}",
        word(change.kind),
        change.why,
        change.name
    );
    line.trim_end().to_owned()
}

fn time(time: std::time::SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| "-".to_owned(), |time| format!("{time:.0}"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use azring_core::entry::EntryName;
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn a_line_says_what_and_why_and_shows_the_difference() {
        let side = |bytes, seconds| {
            Some(ChangedSide {
                bytes,
                modified: UNIX_EPOCH + Duration::from_secs(seconds),
            })
        };
        let name = EntryName::from("a/b\n.txt");
        let lines = [
            (ChangeKind::Copy, "new", side(12_345, 0), None),
            (ChangeKind::Copy, "size", side(12, 0), side(10, 5)),
            (ChangeKind::Copy, "newer", side(5, 90), side(5, 0)),
            (ChangeKind::SetTime, "time", side(5, 0), side(5, 90)),
            (ChangeKind::Delete, "gone", None, side(7, 0)),
            (ChangeKind::Keep, "excluded", None, None),
        ]
        .map(|(kind, why, source, target)| {
            line(&PlannedChange {
                kind,
                why,
                name: &name,
                source,
                target,
            })
        });
        assert_snapshot!(lines.join("\n"), @r"
        copy     new        a/b\u{a}.txt  12,345
        copy     size       a/b\u{a}.txt  10 -> 12
        copy     newer      a/b\u{a}.txt  1970-01-01T00:01:30Z > 1970-01-01T00:00:00Z
        touch    time       a/b\u{a}.txt  1970-01-01T00:00:00Z < 1970-01-01T00:01:30Z
        delete   gone       a/b\u{a}.txt  7
        keep     excluded   a/b\u{a}.txt
        ");
    }
}
