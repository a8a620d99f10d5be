//! Prints what a preview would do, one line for each object.

use std::cell::Cell;
use std::sync::Arc;

use azring_core::entry::ETag;
use azring_core::report::{ChangeKind, ChangedSide, Deletions, Event, PlannedChange};
use jiff::Timestamp;

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, count};

/// Prints the lines on standard output.
pub(crate) struct PlannedChanges {
    console: Arc<Console>,
    counted: Cell<PlannedCopies>,
    names_copies: bool,
}

impl PlannedChanges {
    /// The lines of a run.
    pub(crate) fn new(console: Arc<Console>) -> Self {
        Self {
            console,
            counted: Cell::default(),
            names_copies: false,
        }
    }

    /// The same for a copy that compares nothing: it only says what would be copied.
    pub(crate) fn naming_copies(self) -> Self {
        Self {
            names_copies: true,
            ..self
        }
    }
}

impl Listener for PlannedChanges {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Change(change) => {
                self.counted.set(self.counted.get().with(change));
                self.console.result(&line(change));
            }
            Event::Done { name, bytes, .. } if self.names_copies => {
                let word = word(ChangeKind::Copy);
                self.console
                    .result(&format!("{word:<8} {name}  {}", count(*bytes)));
            }
            _ => {}
        }
    }

    /// A sync has a line about all of it.
    fn on_end(&self, end: &RunEnd<'_>) {
        if let Ok(summary) = end.result
            && let Some(deletions) = &summary.deletions
        {
            self.console.result(&total(self.counted.get(), deletions));
        }
    }
}

/// What a sync would copy.
#[derive(Debug, Clone, Copy, Default)]
struct PlannedCopies {
    objects: u64,
    bytes: u64,
    /// Objects of the destination that would be replaced.
    replaced: u64,
}

impl PlannedCopies {
    fn with(self, change: &PlannedChange<'_>) -> Self {
        if change.kind != ChangeKind::Copy {
            return self;
        }
        Self {
            objects: self.objects + 1,
            bytes: self.bytes + change.source.map_or(0, |side| side.bytes),
            replaced: self.replaced + u64::from(change.target.is_some()),
        }
    }
}

/// `would copy 3 (22,357 bytes), set 1 time, delete 1 of 812 (0.1 %), keep 807; soft delete: 7 days`.
fn total(copies: PlannedCopies, deletions: &Deletions) -> String {
    let (deleted, all) = (deletions.deleted, deletions.target_objects);
    let percent = if all == 0 {
        0.0
    } else {
        deleted as f64 * 100.0 / all as f64
    };
    let (verb, place) = match &deletions.trash {
        Some(_) => ("move", " to trash"),
        None => ("delete", ""),
    };
    let changed = deleted + copies.replaced + deletions.times_set;
    let kept = all.saturating_sub(changed) + deletions.excluded;
    let times = if deletions.times_set == 1 {
        "time"
    } else {
        "times"
    };
    let soft_delete = match deletions.soft_delete {
        Some(soft_delete) => format!("; {soft_delete}"),
        None => String::new(),
    };
    format!(
        "would copy {} ({} bytes), set {} {times}, {verb} {} of {}{place} ({percent:.1} %), keep {}{soft_delete}",
        count(copies.objects),
        count(copies.bytes),
        count(deletions.times_set),
        count(deleted),
        count(all),
        count(kept),
    )
}

/// What is done, in one word.
pub(super) fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Copy => "copy",
        ChangeKind::Move => "move",
        ChangeKind::SetTime => "touch",
        ChangeKind::SetProperties => "set",
        ChangeKind::Delete => "delete",
        ChangeKind::Trash => "trash",
        ChangeKind::Keep => "keep",
    }
}

/// `copy     newer      a/d.txt            2026-11-01T10:00:00Z > 2026-10-30T08:11:02Z`.
fn line(change: &PlannedChange<'_>) -> String {
    let bytes = |side: ChangedSide| count(side.bytes);
    let detail = match (change.source, change.target) {
        _ if change.kind == ChangeKind::SetTime || change.kind == ChangeKind::Keep => String::new(),
        _ if let Some(ETag(etag)) = change.etag => format!("etag {}", etag.trim_matches('"')),
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
        "{:<8} {:<10} {:<18} {detail}",
        word(change.kind),
        change.why,
        change.name.to_string()
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
    use azring_core::report::SoftDelete;
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
        let etag = ETag("\"0x8D\"".into());
        let lines = [
            (ChangeKind::Copy, "new", side(12_345, 0), None, None),
            (ChangeKind::Copy, "size", side(12, 0), side(10, 5), None),
            (ChangeKind::Copy, "newer", side(5, 90), side(5, 0), None),
            (ChangeKind::SetTime, "time", side(5, 0), side(5, 90), None),
            (ChangeKind::Delete, "gone", None, side(7, 0), Some(&etag)),
            (ChangeKind::Delete, "gone", None, side(7, 0), None),
            (ChangeKind::Trash, "gone", None, side(7, 0), Some(&etag)),
            (ChangeKind::Keep, "excluded", None, side(7, 0), None),
        ]
        .map(|(kind, why, source, target, etag)| {
            line(&PlannedChange {
                kind,
                why,
                name: &name,
                source,
                target,
                etag,
            })
        });
        assert_snapshot!(lines.join("\n"), @r"
        copy     new        a/b\u{a}.txt       12,345
        copy     size       a/b\u{a}.txt       10 -> 12
        copy     newer      a/b\u{a}.txt       1970-01-01T00:01:30Z > 1970-01-01T00:00:00Z
        touch    time       a/b\u{a}.txt
        delete   gone       a/b\u{a}.txt       etag 0x8D
        delete   gone       a/b\u{a}.txt       7
        trash    gone       a/b\u{a}.txt       etag 0x8D
        keep     excluded   a/b\u{a}.txt
        ");
    }

    #[test]
    fn the_last_line_counts_all_of_it() {
        let copies = PlannedCopies {
            objects: 3,
            bytes: 22_357,
            replaced: 2,
        };
        let deletions = Deletions {
            target_objects: 812,
            superfluous: 1,
            deleted: 1,
            times_set: 1,
            soft_delete: Some(SoftDelete::Days(7)),
            ..Deletions::default()
        };
        let trashed = Deletions {
            deleted: 203,
            times_set: 0,
            excluded: 5,
            trash: Some(EntryName::from("t/1")),
            soft_delete: None,
            ..deletions.clone()
        };
        let off = Deletions {
            deleted: 0,
            soft_delete: Some(SoftDelete::Off),
            ..Deletions::default()
        };
        let lines = [
            total(copies, &deletions),
            total(copies, &trashed),
            total(PlannedCopies::default(), &off),
        ];
        assert_snapshot!(lines.join("\n"), @"
        would copy 3 (22,357 bytes), set 1 time, delete 1 of 812 (0.1 %), keep 808; soft delete: 7 days
        would copy 3 (22,357 bytes), set 0 times, move 203 of 812 to trash (25.0 %), keep 612
        would copy 0 (0 bytes), set 0 times, delete 0 of 0 (0.0 %), keep 0; soft delete: off, deletions are final
        ");
    }
}
