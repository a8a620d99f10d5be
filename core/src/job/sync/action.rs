//! What a sync does with one object of the source.

use crate::compare::Difference;
use crate::entry::{Entry, EntryName};
use crate::report::{ChangeKind, ChangedSide, Event, Observer, PlannedChange};
use crate::store::Stat;

/// What a comparison came to.
#[derive(Debug)]
pub(in crate::job) struct ComparedObject {
    /// What is done.
    pub(in crate::job) action: SyncAction,
    /// What the target has now.
    pub(in crate::job) found: Option<Stat>,
}

/// What is done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::job) enum SyncAction {
    /// It is copied, because of this difference.
    Copy(Difference),
    /// It has got the time of the source (in a preview: it would get it).
    SetTime,
    /// It has got the owner, the group and the permissions of the source (in a preview: it would get them).
    SetProperties,
    /// Nothing: both sides are equal.
    Nothing,
}

impl SyncAction {
    /// Why no bytes of an object are copied, as a sentence for the log.
    pub(in crate::job) fn skip_reason(self, name: &EntryName) -> String {
        match self {
            Self::Copy(_) | Self::Nothing => format!("`{name}` is equal at the destination"),
            Self::SetTime => format!("only the time of `{name}` was different"),
            Self::SetProperties => format!("only the permissions of `{name}` were different"),
        }
    }

    /// Reports what a run without a preview would do with an entry, if it would do anything. `found` is what
    /// the target has.
    pub(in crate::job) fn report(
        self,
        entry: &Entry,
        found: Option<&Stat>,
        observer: &dyn Observer,
    ) {
        let (kind, why) = match self {
            Self::Copy(difference) => (ChangeKind::Copy, difference.word()),
            Self::SetTime => (ChangeKind::SetTime, "time"),
            Self::SetProperties => (ChangeKind::SetTime, "posix"),
            Self::Nothing => return,
        };
        observer.event(Event::Change(&PlannedChange {
            kind,
            why,
            name: &entry.name,
            source: Some(ChangedSide {
                bytes: entry.bytes,
                modified: entry.modified,
            }),
            target: found.map(|found| ChangedSide {
                bytes: found.bytes,
                modified: found.modified,
            }),
            etag: None,
        }));
    }
}
