//! Takes up what an earlier run left to do: objects that are not at the target yet, and folders to
//! be listed.

use std::sync::Arc;

use super::planner::{EntryPlan, InspectedEntry, InspectionScope, Planner};
use crate::entry::{Entry, EntryName, Version};
use crate::journal::{PendingObject, Record, Replayed};
use crate::plan::Task;
use crate::plan::history::{EarlierAttempt, History, Start};
use crate::plan::replace::Replace;
use crate::report::{Observer, Totals};
use crate::stop::Stop;
use crate::store::{ListScope, Target, Tools};
use crate::{Error, Result};

use super::outcome::Settlement;
use super::recorder::JournalRecorder;

/// An object that an earlier run left, inspected again.
pub(super) struct Again {
    pending: PendingObject,
    found: Result<Option<InspectedEntry>>,
}

/// A folder that could not be listed, and where in it the listing goes on.
pub(super) struct Owed {
    pub(super) what: EntryName,
    after: Option<(EntryName, Option<Box<str>>)>,
    marker: Option<Box<str>>,
}

impl Owed {
    pub(super) fn scope(&self) -> ListScope {
        ListScope {
            folder: Some(self.what.clone()),
            after: self.after.clone(),
            from: None,
            until: None,
            marker: self.marker.clone(),
        }
    }
}

/// Where the listing of the source goes on.
pub(super) fn scope(earlier: &Replayed) -> ListScope {
    let position = earlier.position();
    let last = position.last.clone();
    ListScope {
        folder: None,
        after: last.map(|last| (last.name, last.snapshot)),
        from: None,
        until: None,
        marker: position.marker.as_deref().map(Into::into),
    }
}

/// The folders that are still to be listed.
///
/// The pages of such a folder name their order as the pages of the listing do, so the last marker
/// holds for both.
pub(super) fn owed(earlier: &Replayed) -> Vec<Owed> {
    let position = earlier.position();
    let begun = position.aside.as_ref();
    earlier
        .unlisted()
        .iter()
        .map(|what| {
            let begun = begun.filter(|(begun, _)| begun == what);
            let last = begun.and_then(|(_, last)| last.clone());
            Owed {
                after: last.map(|last| (last.name, last.snapshot)),
                marker: position.marker.as_deref().map(Into::into),
                what: EntryName::new(what.clone()),
            }
        })
        .collect()
}

/// Every place at which the listing of an earlier run goes on.
pub(super) fn scopes(earlier: &Replayed) -> impl Iterator<Item = ListScope> {
    let listing = (!earlier.is_listed()).then(|| scope(earlier));
    let owed = owed(earlier).into_iter().map(|owed| owed.scope());
    listing.into_iter().chain(owed)
}

/// Finds the object as it is now, and its target.
pub(super) async fn inspect(
    planner: &Planner<'_>,
    tools: &Tools,
    pending: PendingObject,
    is_shard: bool,
) -> Again {
    let found = planner
        .source()
        .find(tools, &pending.name, pending.snapshot.as_deref())
        .await;
    let found = match found {
        Ok(Some(entry)) => {
            let scope = if is_undecided(&pending, is_shard) {
                InspectionScope::Both
            } else {
                InspectionScope::Source
            };
            let inspected = planner.inspect(tools, entry, scope).await;
            Ok(Some(inspected.of_part(pending.part)))
        }
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    Again { pending, found }
}

/// Whether the entry is decided like a new one.
///
/// The object failed before anything of it was written, and not everything may be replaced. So what
/// is at its target now may come from somebody else. A plan of shards has not looked at the targets at all, and
/// neither has the commit of an object that other machines wrote.
fn is_undecided(pending: &PendingObject, is_shard: bool) -> bool {
    let is_begun = start(pending).is_some_and(|start| start.is_visible());
    let is_new = is_shard && pending.started.is_none() && pending.copy_id.is_none();
    let is_commit = pending.part.is_some_and(|part| part.is_commit());
    (pending.has_failed || is_new || is_commit) && !is_begun && pending.replace != Replace::Anything
}

/// Whether this is the version that was planned. The inode of a local file does not count: another machine
/// may see another one.
fn is_as_planned(pending: &PendingObject, entry: &Entry) -> bool {
    let is_same = match (&pending.version, &entry.version) {
        (
            Version::Local { modified_ns, .. },
            Version::Local {
                modified_ns: now, ..
            },
        ) => modified_ns == now,
        (planned, now) => planned == now,
    };
    is_same && pending.bytes == entry.bytes
}

fn start(pending: &PendingObject) -> Option<Start> {
    let started = pending.started.as_ref()?;
    Start::of_text(started.chunk_bytes, &started.identity)
}

/// Takes up the objects that an earlier run left.
pub(super) struct Resume<'a> {
    pub(super) planner: &'a Planner<'a>,
    pub(super) recorder: &'a JournalRecorder,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a Stop,
    pub(super) target: &'a dyn Target,
    pub(super) settlement: Settlement<'a>,
    /// The objects are those of a shard.
    pub(super) is_shard: bool,
}

impl Resume<'_> {
    /// The task for an object of an earlier run, if there is still something to do. Otherwise the
    /// reason is counted, recorded and reported.
    pub(super) fn admit(&self, again: Again) -> Option<Task> {
        let planner = self.planner;
        let Again { pending, found } = again;
        let inspected = match found {
            Ok(Some(inspected)) => inspected,
            Ok(None) if self.is_shard => {
                let what = format!("`{}` was planned and does not exist any more", pending.name);
                self.fail_again(&pending, &pending.name, &Error::Changed(what));
                return None;
            }
            Ok(None) => {
                self.gone(&pending);
                return None;
            }
            Err(error) => {
                if pending.snapshot.is_none() {
                    planner.reserve_name(&pending.name);
                }
                self.fail_again(&pending, &pending.name, &error);
                return None;
            }
        };
        if self.is_shard && !is_as_planned(&pending, inspected.entry()) {
            let what = format!("`{}` has changed since it was planned", pending.name);
            self.fail_again(&pending, &pending.name, &Error::Changed(what));
            return None;
        }
        let has_changed = !self.is_shard && self.note_change(&pending, inspected.entry());
        let inspected = if has_changed {
            self.forget_part(&pending);
            inspected
        } else if pending.part.is_some() {
            inspected
        } else {
            inspected.begun(start(&pending).map(|start| start.chunk_bytes))
        };
        let bytes = pending.bytes_to_copy(inspected.entry().bytes);
        let decided = if is_undecided(&pending, self.is_shard) {
            planner.decide(inspected, self.observer)
        } else {
            planner.decide_again(inspected, pending.replace.clone())
        };
        match decided {
            EntryPlan::Task(mut task) => {
                let attempt = if has_changed {
                    None
                } else {
                    Some(Arc::new(earlier_attempt(&pending)))
                };
                task.history = History {
                    earlier: attempt,
                    notes: self.recorder.notes(pending.seq),
                    is_shard: self.is_shard,
                };
                Some(*task)
            }
            EntryPlan::Fail(entry, error) => {
                let error = self.stop.or_end_run(error);
                self.fail_again(&pending, &entry.name, &error);
                None
            }
            EntryPlan::Skip(entry, reason) => {
                let seq = pending.seq;
                self.recorder.append(&Record::Skipped { seq, bytes });
                self.settlement.skip(&entry.name, bytes, &reason);
                None
            }
        }
    }

    /// Skips an object that was listed and is gone now: there is nothing to copy.
    fn gone(&self, pending: &PendingObject) {
        let (seq, bytes) = (pending.seq, pending.bytes_to_copy(pending.bytes));
        self.forget_part(pending);
        self.recorder.append(&Record::Skipped { seq, bytes });
        let reason = format!(
            "`{}` was listed by an earlier run and does not exist any more",
            pending.name
        );
        self.settlement.skip(&pending.name, bytes, &reason);
    }

    /// Removes the part of the object that an earlier run left and that is useless now.
    fn forget_part(&self, pending: &PendingObject) {
        if let Some(notes) = self.recorder.notes(pending.seq)
            && let Some(target) = self
                .planner
                .target_of(&pending.name, pending.snapshot.as_deref())
        {
            self.target.forget(notes.job(), &target);
        }
    }

    fn fail_again(&self, pending: &PendingObject, name: &EntryName, error: &Error) {
        self.recorder.failed(pending.seq, error);
        let bytes = pending.bytes_to_copy(pending.bytes);
        self.settlement.fail_unstarted(name, bytes, error);
    }

    /// Records that the source has another version than the one that was planned. It is copied from
    /// the beginning.
    fn note_change(&self, pending: &PendingObject, entry: &Entry) -> bool {
        if pending.version == entry.version && pending.bytes == entry.bytes {
            return false;
        }
        self.recorder.append(&Record::Changed {
            seq: pending.seq,
            was_bytes: pending.bytes,
            bytes: entry.bytes,
            version: entry.version.clone(),
        });
        let listed_bytes = &self.settlement.totals.listed_bytes;
        Totals::add(listed_bytes, entry.bytes);
        Totals::take_back(listed_bytes, pending.bytes);
        true
    }
}

fn earlier_attempt(pending: &PendingObject) -> EarlierAttempt {
    EarlierAttempt {
        start: start(pending),
        durable: pending.durable.clone(),
        copy_id: pending.copy_id.clone(),
    }
}
