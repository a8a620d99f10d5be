//! Makes the task of an entry: inspects source and target, asks the user where necessary, and
//! decides.
//!
//! Inspecting takes a request or more and happens for many entries at once. Deciding happens in the
//! order of the listing, so that the user gets one question at a time, and the answer "all" holds
//! for the next entry. `inspection` inspects; `target_names` says what an entry is called at the target.

mod inspection;

mod target_names;

use std::cell::{Cell, RefCell};

use inspection::{ChunkSizeBasis, Inspection};
use target_names::UnreservedFolders;

use super::collision::Collisions;
use super::sync::{Comparison, SyncAction};
use super::vhd_hint::{self, VhdHint};
use crate::Error;
use crate::entry::Entry;
use crate::options::{Conflict, Options, Overwrite};
use crate::plan::Task;
use crate::plan::chunks::{CHUNK_BYTES_MIN, Chunks};
use crate::plan::content_type::content_type;
use crate::plan::history::History;
use crate::plan::overwrite::{OverwriteDecision, SkipReason, decide};
use crate::plan::replace::Replace;
use crate::plan::route::Direction;
use crate::plan::stored_properties::{StoredForm, stored};
use crate::report::{Event, Observer, OverwriteAnswer};
use crate::schedule::ChunkSizeHint;
use crate::store::{ChunkPlan, Ends, PartSupport, Source, Stat, TargetForm};

pub(super) use inspection::{InspectedEntry, InspectionScope};

/// What happens with an entry.
#[derive(Debug)]
pub(super) enum EntryPlan {
    /// The entry is transferred.
    Task(Box<Task>),
    /// The entry is skipped, for this reason.
    Skip(Entry, String),
    /// The entry cannot be transferred.
    Fail(Entry, Error),
}

/// Plans the entries of one run.
pub(super) struct Planner<'a> {
    options: &'a Options,
    ends: &'a Ends,
    conflict: Cell<Conflict>,
    collisions: RefCell<Collisions>,
    /// What the listing before the plans left out, where names are reserved by it.
    unreserved: RefCell<Option<UnreservedFolders>>,
    hint: VhdHint,
    /// Entries that are skipped because of their modification times.
    left_by_time: Cell<u64>,
    chunk_size_hint: ChunkSizeHint,
    /// An entry that would be skipped is a failure.
    needs_all: bool,
    /// What a sync knows of both sides. It decides then.
    comparison: Option<&'a Comparison>,
}

impl<'a> Planner<'a> {
    /// A planner for a copy between these ends.
    pub(super) fn new(
        options: &'a Options,
        ends: &'a Ends,
        chunk_size_hint: &ChunkSizeHint,
    ) -> Self {
        Self {
            chunk_size_hint: chunk_size_hint.clone(),
            options,
            ends,
            conflict: Cell::new(options.conflict),
            collisions: RefCell::default(),
            unreserved: RefCell::default(),
            hint: VhdHint::new(options, ends.route),
            left_by_time: Cell::new(0),
            needs_all: false,
            comparison: None,
        }
    }

    /// The same where every entry must get to the target: one that would be skipped fails.
    pub(super) fn needing_all(self) -> Self {
        Self {
            needs_all: true,
            ..self
        }
    }

    /// The same for a sync, whose comparison decides which entries are copied.
    pub(super) fn comparing(self, comparison: Option<&'a Comparison>) -> Self {
        Self { comparison, ..self }
    }

    /// The store that the entries come from.
    pub(super) fn source(&self) -> &dyn Source {
        &*self.ends.source
    }

    /// Allows replacing everything at the target: the user answered "all".
    pub(super) fn replace_all(&self) {
        self.conflict.set(Conflict {
            overwrite: Overwrite::Always,
            ..self.conflict.get()
        });
    }

    /// How many entries were skipped because of their modification times.
    pub(super) fn left_by_time(&self) -> u64 {
        self.left_by_time.get()
    }

    /// Whether everything at the target may be replaced now.
    pub(super) fn replaces_all(&self) -> bool {
        self.conflict.get().overwrite == Overwrite::Always
    }

    /// The plan of an entry that an earlier run decided to copy, and what that run allowed it to
    /// replace.
    ///
    /// Whatever is at the target now was most likely put there by the earlier run in its last
    /// moments, and has the same content then.
    pub(super) fn decide_again(&self, inspected: InspectedEntry, replace: Replace) -> EntryPlan {
        let InspectedEntry {
            entry,
            found,
            basis,
        } = inspected;
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.fail(entry, error),
        };
        if let Err(error) = self.admit(&entry, &found.target) {
            return EntryPlan::Fail(entry, error);
        }
        // The user may have added `/Y` since.
        let replace = if self.options.conflict.is_blind() {
            Replace::Anything
        } else {
            replace
        };
        self.task(entry, found, basis, replace)
    }

    /// The plan of an entry that could not be inspected. It keeps its name: otherwise another object
    /// would replace what an earlier run copied.
    fn fail(&self, entry: Entry, error: Error) -> EntryPlan {
        if !matches!(error.bare(), Error::Name(_)) {
            self.reserve(&entry);
        }
        EntryPlan::Fail(entry, error)
    }

    /// Decides about an entry. It may ask the user, and then waits for the answer.
    pub(super) fn decide(&self, inspected: InspectedEntry, observer: &dyn Observer) -> EntryPlan {
        let flaw = inspected.found.as_ref().ok().and_then(|found| found.flaw);
        let planned = match self.decide_alone(inspected, observer) {
            EntryPlan::Skip(entry, reason) if self.needs_all => {
                EntryPlan::Fail(entry, Error::TargetChanged(reason))
            }
            planned => planned,
        };
        if let (EntryPlan::Task(task), Some(flaw)) = (&planned, flaw) {
            let notice = vhd_hint::about_flaw(&task.entry.name, flaw);
            observer.event(Event::Notice(&notice));
        }
        if let EntryPlan::Task(task) = &planned
            && let Some(hint) = self.hint.about(&task.entry.name)
        {
            observer.event(Event::Notice(&hint));
        }
        planned
    }

    fn decide_alone(&self, inspected: InspectedEntry, observer: &dyn Observer) -> EntryPlan {
        let InspectedEntry {
            entry,
            found,
            basis,
        } = inspected;
        let found = match found {
            Ok(found) => found,
            Err(error) => return self.fail(entry, error),
        };
        let (target, stat) = (&found.target, found.stat.as_ref());
        if let Err(error) = self.admit(&entry, target) {
            return EntryPlan::Fail(entry, error);
        }
        if let Some(action) = found.action {
            return self.act(action, entry, found, basis, observer);
        }
        let shown = || self.ends.target.shown(&target.name);
        let conflict = self.conflict.get();
        match decide(conflict, entry.modified, stat.map(|stat| stat.modified)) {
            OverwriteDecision::Copy => {
                let replace = self.replace(stat);
                self.task(entry, found, basis, replace)
            }
            OverwriteDecision::Ask if self.may_replace(&entry, &shown(), observer) => {
                let replace = self.replace(stat);
                self.task(entry, found, basis, replace)
            }
            // Perhaps an earlier attempt has made this very object. Any other is left as it is.
            OverwriteDecision::Ask | OverwriteDecision::Skip(_) if basis.is_commit() => {
                self.task(entry, found, basis, Replace::Nothing)
            }
            OverwriteDecision::Ask => {
                let reason = SkipReason::Exists.text(&entry.name.to_string(), &shown());
                EntryPlan::Skip(entry, reason)
            }
            OverwriteDecision::Skip(reason) => {
                if reason == SkipReason::Age {
                    self.left_by_time.set(self.left_by_time.get() + 1);
                }
                let reason = reason.text(&entry.name.to_string(), &shown());
                EntryPlan::Skip(entry, reason)
            }
        }
    }

    /// The plan of an entry that a sync has compared.
    fn act(
        &self,
        action: SyncAction,
        entry: Entry,
        found: Inspection,
        basis: ChunkSizeBasis,
        observer: &dyn Observer,
    ) -> EntryPlan {
        if self.options.preview {
            action.report(&entry, found.stat.as_ref(), observer);
        }
        match action {
            SyncAction::Copy(_) => {
                let replace = self.replace(found.stat.as_ref());
                self.task(entry, found, basis, replace)
            }
            SyncAction::SetTime | SyncAction::SetProperties | SyncAction::Nothing => {
                let reason = action.skip_reason(&entry.name);
                EntryPlan::Skip(entry, reason)
            }
        }
    }

    /// What the task may replace when this was seen at the target.
    ///
    /// The answer "all" is not the same as `/Y`: every target is still inspected.
    fn replace(&self, seen: Option<&Stat>) -> Replace {
        if self.options.conflict.is_blind() {
            return Replace::Anything;
        }
        Replace::of_look(seen.map(|stat| stat.version.clone()))
    }

    fn may_replace(&self, entry: &Entry, target: &str, observer: &dyn Observer) -> bool {
        match observer.ask_overwrite(&self.shown(entry), target) {
            OverwriteAnswer::No => false,
            OverwriteAnswer::Yes => true,
            OverwriteAnswer::All => {
                self.replace_all();
                true
            }
        }
    }

    /// The entry with its place at the source, as the user would write it.
    fn shown(&self, entry: &Entry) -> String {
        let place = self.options.source.to_string();
        if self.ends.single.is_some() {
            return place;
        }
        format!("{}/{}", place.trim_end_matches('/'), entry.name)
    }

    /// The chunk size for an object of this length.
    fn wanted(&self, pieces: &ChunkPlan, object_bytes: u64, basis: ChunkSizeBasis) -> u64 {
        let (least, most) = (pieces.chunk_bytes_min, pieces.chunk_bytes);
        let cut = match basis {
            ChunkSizeBasis::Now => self
                .chunk_size_hint
                .bytes()
                .map(|bytes| even(bytes).max(least)),
            // A smaller recorded size is no chunk size; the note had another meaning then.
            ChunkSizeBasis::EarlierRun(begun) => begun.filter(|bytes| *bytes >= least),
            ChunkSizeBasis::OfPart(part) => return part.chunk_bytes,
        };
        cut.map_or(most, |cut| pieces.rule.cut(object_bytes, most, cut))
    }

    fn form(&self, entry: &Entry) -> TargetForm {
        match &self.ends.server_copy {
            Some(server_copy) => server_copy.form(entry),
            None => self.ends.target.form(entry.kind),
        }
    }

    fn task(
        &self,
        mut entry: Entry,
        found: Inspection,
        basis: ChunkSizeBasis,
        replace: Replace,
    ) -> EntryPlan {
        if let Some(state) = entry.archive {
            let error = Error::archived(&entry.name, state);
            return EntryPlan::Fail(entry, error);
        }
        let form = self.form(&entry);
        if let Some(stat) = &found.stat
            && !form.can_replace(stat)
        {
            let error = Error::other_type(&found.target.name);
            return EntryPlan::Fail(entry, error);
        }
        let rule = &form.pieces.rule;
        let wanted = self.wanted(&form.pieces, entry.bytes, basis);
        let chunk_bytes = match rule.chunk_bytes(&entry.name, entry.bytes, wanted) {
            Ok(chunk_bytes) => chunk_bytes,
            Err(error) => return EntryPlan::Fail(entry, error),
        };
        let part = match basis {
            ChunkSizeBasis::OfPart(part) => Some(part),
            ChunkSizeBasis::Now | ChunkSizeBasis::EarlierRun(_) => None,
        };
        // AzCopy inspects a target before it replaces it, and then keeps the target's properties
        // and metadata where the source has none of its own. With `/Y` it does not inspect.
        if self.options.conflict.overwrite != Overwrite::Always && entry.carried.is_none() {
            entry.carried = found.stat.and_then(|stat| stat.carried);
        }
        if self.ends.route.direction != Direction::Download {
            let keeps_posix = self.options.posix.form.is_some();
            let form = StoredForm::of(form.layout, self.options.sync.is_some(), keeps_posix);
            entry.carried = stored(&self.options.properties, entry.carried, form);
        }
        let content_type = match found.shown_type {
            Some(shown) => Some(shown.into()),
            None => content_type(&self.options.upload.content_type, &entry.name).map(Into::into),
        };
        // The chunks of a part are counted over the whole object, with its holes.
        let chunks = match found.extents.filter(|_| part.is_none()) {
            Some(extents) => Chunks::of_data(entry.bytes, chunk_bytes, &extents),
            None => Chunks::new(entry.bytes, chunk_bytes),
        };
        let has_parts = form.parts != PartSupport::None;
        if part.is_some_and(|part| !has_parts || !part.fits(&chunks)) {
            let error = Error::Usage(format!(
                "`{}` cannot be copied in the parts that were planned",
                entry.name
            ));
            return EntryPlan::Fail(entry, error);
        }
        EntryPlan::Task(Box::new(Task {
            entry,
            target: found.target.name,
            chunks,
            part,
            content_type,
            replace,
            history: History::default(),
        }))
    }
}

/// Rounds down to whole steps, which pages and disks need.
fn even(bytes: u64) -> u64 {
    bytes / CHUNK_BYTES_MIN * CHUNK_BYTES_MIN
}

#[cfg(test)]
mod tests;
