//! Makes the task of an entry: inspects source and target, asks the user where necessary, and
//! decides.
//!
//! Inspecting takes a request or more and happens for many entries at once. Deciding happens in the
//! order of the listing, so that the user gets one question at a time, and the answer "all" holds
//! for the next entry. `target_names` says what an entry is called at the target.

mod target_names;

use std::cell::{Cell, RefCell};

use target_names::{UnreservedFolders, collides};

use super::collision::Collisions;
use super::sync::{Comparison, SyncAction};
use super::vhd_hint::{self, VhdHint};
use crate::entry::{Entry, Layout};
use crate::options::{Conflict, Options, Overwrite};
use crate::plan::Task;
use crate::plan::chunks::{CHUNK_BYTES_MIN, Chunks};
use crate::plan::content_signature::content_type_of;
use crate::plan::content_type::{content_type, needs_content};
use crate::plan::disk_image::DiskFlaw;
use crate::plan::extents::{Extents, SPARSE_BYTES_MIN};
use crate::plan::history::History;
use crate::plan::overwrite::{OverwriteDecision, SkipReason, decide};
use crate::plan::replace::Replace;
use crate::plan::route::Direction;
use crate::plan::stored_properties::{StoredForm, stored};
use crate::plan::target_name::MappedName;
use crate::report::{Event, Observer, OverwriteAnswer};
use crate::schedule::ChunkSizeHint;
use crate::store::{ChunkPlan, Ends, Source, Stat, TargetForm, Tools};
use crate::transfer::{CommitReceipt, CommittedObject};
use crate::{Error, Result};

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

/// The ends of the copy at which an entry is inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InspectionScope {
    /// The source and the target.
    Both,
    /// The source alone. An earlier run decided to copy the entry, so the state of the target does
    /// not matter any more.
    Source,
}

/// An entry whose target has been inspected.
#[derive(Debug)]
pub(super) struct InspectedEntry {
    entry: Entry,
    found: Result<Inspection>,
    basis: ChunkSizeBasis,
}

/// What decides the size of an object's chunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChunkSizeBasis {
    /// The size that the controller wants now.
    Now,
    /// The size that an earlier run recorded; without a record, the size that a run without a
    /// controller would take.
    EarlierRun(Option<u64>),
}

impl InspectedEntry {
    /// The entry.
    pub(super) fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whether an earlier run copied this version of the object, and it is still at the target.
    pub(super) fn is_in_place(&self) -> bool {
        matches!(&self.found, Ok(found) if found.is_in_place)
    }

    /// The object as one that an earlier run has committed: of its copy only the place is known. `None` for a
    /// mark of a folder, which stays where it is.
    pub(super) fn committed(&self) -> Option<CommittedObject> {
        let found = self.found.as_ref().ok()?;
        (self.entry.kind != Layout::Folder).then(|| CommittedObject {
            entry: Entry {
                carried: None,
                smb: None,
                ..self.entry.clone()
            },
            target: found.target.name.clone(),
            receipt: CommitReceipt::Unknown,
        })
    }

    /// Takes the chunk size of an earlier run, if that recorded one.
    ///
    /// The part of the object that the earlier run left is only usable with the same chunks.
    #[must_use]
    pub(super) fn begun(self, chunk_bytes: Option<u64>) -> Self {
        Self {
            basis: ChunkSizeBasis::EarlierRun(chunk_bytes),
            ..self
        }
    }
}

/// What was found at the target and at the source.
#[derive(Debug)]
struct Inspection {
    target: MappedName,
    stat: Option<Stat>,
    /// Where the object has data, if not everywhere.
    extents: Option<Extents>,
    /// Why Azure would refuse the object as a disk.
    flaw: Option<DiskFlaw>,
    /// The content type that its first bytes show, where its name shows none.
    shown_type: Option<&'static str>,
    /// An earlier run copied this version of the object, and it is still there.
    is_in_place: bool,
    /// What a sync does with it.
    action: Option<SyncAction>,
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

    /// The content type that the first bytes of a file show, where its name shows none.
    async fn shown_type(&self, tools: &Tools, entry: &Entry) -> Result<Option<&'static str>> {
        let is_asked = !self.options.preview
            && !matches!(entry.kind, Layout::Folder | Layout::Link)
            && needs_content(&self.options.upload.content_type, &entry.name);
        if !is_asked {
            return Ok(None);
        }
        let edges = self.ends.source.edges(tools, entry).await?;
        Ok(edges.map(|edges| content_type_of(&edges.first)))
    }

    /// Why Azure would refuse the page blob of this entry as a disk.
    async fn flaw(&self, tools: &Tools, entry: &Entry) -> Result<Option<DiskFlaw>> {
        let is_image =
            self.hint.inspects_images() && self.form(entry).layout == Some(Layout::Pages);
        if !is_image {
            return Ok(None);
        }
        let edges = self.ends.source.edges(tools, entry).await?;
        let is_named_vhd = vhd_hint::is_named_vhd(&entry.name);
        Ok(edges.and_then(|edges| DiskFlaw::of(&edges, entry.bytes, is_named_vhd)))
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

    /// Inspects an entry that an earlier run has copied. Whether it is still at the target is
    /// always checked.
    pub(super) async fn inspect_done(&self, tools: &Tools, entry: Entry) -> InspectedEntry {
        let inspected = self.inspect(tools, entry, InspectionScope::Both).await;
        let InspectedEntry {
            entry,
            found: Ok(mut found),
            basis,
        } = inspected
        else {
            return inspected;
        };
        let is_seen = if found.stat.is_some() {
            Ok(found.stat.clone())
        } else {
            self.ends.target.stat(tools, &found.target.name).await
        };
        let form = self.form(&entry);
        // An object that cannot be inspected may be missing, so it is copied again.
        found.is_in_place = is_seen.ok().flatten().is_some_and(|stat| {
            let is_like_it = stat.bytes == entry.bytes || entry.kind == Layout::Folder;
            is_like_it && form.can_replace(&stat)
        });
        InspectedEntry {
            entry,
            found: Ok(found),
            basis,
        }
    }

    /// An entry of which only the name at the target is decided: for a plan whose objects other machines copy.
    pub(super) async fn name_only(&self, tools: &Tools, entry: Entry) -> InspectedEntry {
        let entry = self.hint.with_layout(entry);
        let found = match self.target(&entry) {
            Ok(target) => self.alone(tools, &entry, target).await,
            Err(error) => Err(error),
        };
        InspectedEntry {
            entry,
            found,
            basis: ChunkSizeBasis::Now,
        }
    }

    /// Nothing but the name. Fails when another entry has it.
    async fn alone(&self, tools: &Tools, entry: &Entry, target: MappedName) -> Result<Inspection> {
        if let Some(twin) = &target.twin
            && self.ends.source.has(tools, twin).await?
        {
            return Err(collides(&entry.name, &target));
        }
        Ok(Inspection {
            target,
            stat: None,
            extents: None,
            flaw: None,
            is_in_place: false,
            action: None,
            shown_type: None,
        })
    }

    /// Inspects an entry at the source and, in [`InspectionScope::Both`], at the target.
    pub(super) async fn inspect(
        &self,
        tools: &Tools,
        entry: Entry,
        scope: InspectionScope,
    ) -> InspectedEntry {
        let entry = self.hint.with_layout(entry);
        let (entry, found) = if self.is_incomplete(&entry) {
            match self.ends.source.complete(tools, entry.clone()).await {
                Ok(entry) => {
                    let found = self.inspection(tools, &entry, scope).await;
                    (entry, found)
                }
                Err(error) => (entry, Err(error)),
            }
        } else {
            let found = self.inspection(tools, &entry, scope).await;
            (entry, found)
        };
        InspectedEntry {
            entry,
            found,
            basis: ChunkSizeBasis::Now,
        }
    }

    /// Whether the copy needs something of the entry that the listing leaves out.
    fn is_incomplete(&self, entry: &Entry) -> bool {
        let stores_properties = self
            .ends
            .server_copy
            .as_ref()
            .is_none_or(|server_copy| server_copy.stores_properties(entry));
        stores_properties && !self.options.preview && self.ends.source.is_incomplete(entry)
    }

    async fn inspection(
        &self,
        tools: &Tools,
        entry: &Entry,
        scope: InspectionScope,
    ) -> Result<Inspection> {
        let target = self.target(entry)?;
        let (stat, action) = match (scope, self.comparison) {
            (InspectionScope::Source, _) => (None, None),
            (InspectionScope::Both, None) => (self.stat(tools, entry, &target).await?, None),
            (InspectionScope::Both, Some(comparison)) => {
                let verdict = comparison.judge(tools, entry, &target).await?;
                (verdict.found, Some(verdict.action))
            }
        };
        let is_equal = matches!(
            action,
            Some(SyncAction::SetTime | SyncAction::SetProperties | SyncAction::Nothing)
        );
        let extents = if !is_equal && self.wants_extents(entry, stat.as_ref()) {
            self.ends.source.extents(tools, entry).await?
        } else {
            None
        };
        let flaw = match scope {
            InspectionScope::Source => None,
            InspectionScope::Both => self.flaw(tools, entry).await?,
        };
        let shown_type = if is_equal {
            None
        } else {
            self.shown_type(tools, entry).await?
        };
        Ok(Inspection {
            target,
            stat,
            extents,
            flaw,
            shown_type,
            is_in_place: false,
            action,
        })
    }

    /// What is at the target, where a decision depends on it.
    ///
    /// Fails when another entry has the name that this entry gets at the target.
    async fn stat(
        &self,
        tools: &Tools,
        entry: &Entry,
        target: &MappedName,
    ) -> Result<Option<Stat>> {
        if let Some(twin) = &target.twin
            && self.ends.source.has(tools, twin).await?
        {
            return Err(collides(&entry.name, target));
        }
        let becomes_folder = entry.kind == Layout::Folder && self.form(entry).makes_folders;
        if becomes_folder || self.options.conflict.is_blind() {
            return Ok(None);
        }
        self.ends.target.stat(tools, &target.name).await
    }

    /// Extents are only asked for when the object will be transferred and its holes need not be.
    fn wants_extents(&self, entry: &Entry, stat: Option<&Stat>) -> bool {
        let modified = stat.map(|stat| stat.modified);
        self.may_have_holes(entry)
            && !self.options.preview
            && !matches!(
                decide(self.conflict.get(), entry.modified, modified),
                OverwriteDecision::Skip(_)
            )
    }

    fn may_have_holes(&self, entry: &Entry) -> bool {
        self.form(entry).pieces.with_holes && entry.bytes >= SPARSE_BYTES_MIN
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
        let chunks = match &found.extents {
            Some(extents) => Chunks::of_data(entry.bytes, chunk_bytes, extents),
            None => Chunks::new(entry.bytes, chunk_bytes),
        };
        EntryPlan::Task(Box::new(Task {
            entry,
            target: found.target.name,
            chunks,
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
