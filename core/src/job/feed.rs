//! Lists and plans: entries of the source come in, tasks go into the queue.
//!
//! The objects that an earlier run left come first. Then the listing goes on where that run
//! stopped. `earlier_run` takes up what an earlier run left, `counts` counts.

mod counts;

mod earlier_run;

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::error::TryRecvError;

use counts::{Listed, UnplannedEntries};

use super::planner::{EntryPlan, InspectedEntry, InspectionScope, Planner};
use crate::entry::{Entry, EntryName};
use crate::journal::{DoneObjects, Record, Replayed};
use crate::options::Options;
use crate::plan::Task;
use crate::plan::replace::Replace;
use crate::report::{
    ChangeKind, ChangedSide, Details, Event, NothingSelected, Observer, PlannedChange, Totals,
};
use crate::schedule::{ChunkSizeHint, OpenFiles};
use crate::stop::Stop;
use crate::store::{Ends, ListScope, Page, Tools, why_nothing};
use crate::transfer::Queue;
use crate::transfer::{ObjectTransfer, TransferContext};
use crate::{Error, Result, Side};

use super::failure_limit::FailureLimit;
use super::move_queue::MoveQueue;
use super::outcome::Settlement;
use super::recorder::JournalRecorder;
use super::resume;
use super::sync::Comparison;

/// The listing and planning of one run.
pub(super) struct Feed<'a> {
    pub(super) options: &'a Options,
    pub(super) tools: &'a Tools,
    pub(super) ends: &'a Ends,
    pub(super) context: &'a Arc<TransferContext>,
    pub(super) recorder: &'a JournalRecorder,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a Stop,
    pub(super) limit: &'a FailureLimit,
    /// The size of chunks that the controller wants now.
    pub(super) chunk_size_hint: ChunkSizeHint,
    /// Descriptors for the files of objects.
    pub(super) files: OpenFiles,
    /// Objects and targets that are inspected at once, ahead of the planning.
    pub(super) inspections_max: usize,
    /// What an earlier listing settled, when the source is listed anew.
    pub(super) done_before: Option<&'a DoneObjects>,
    /// The objects of which the journal has digests only, where their names must be reserved.
    pub(super) unnamed: Option<Arc<DoneObjects>>,
    /// What a sync knows of both sides.
    pub(super) comparison: Option<&'a Comparison>,
    /// Where a move puts what is at the target already.
    pub(super) moves: Option<&'a MoveQueue>,
    /// Set once the target can be written to.
    pub(super) prepared: OnceCell<()>,
    /// No earlier run has recorded the target's identity.
    pub(super) is_first: bool,
}

impl Feed<'_> {
    /// Plans and queues everything that is left to do; returns how many parts of the source could
    /// not be listed.
    pub(super) async fn feed(&self, mut queue: Queue, earlier: Option<&Replayed>) -> Result<u64> {
        let planner = self.planner();
        let result = self.feed_all(&planner, earlier, &mut queue).await;
        queue.close().await;
        result
    }

    pub(super) fn planner(&self) -> Planner<'_> {
        Planner::new(self.options, self.ends, &self.chunk_size_hint).comparing(self.comparison)
    }

    async fn feed_all(
        &self,
        planner: &Planner<'_>,
        earlier: Option<&Replayed>,
        queue: &mut Queue,
    ) -> Result<u64> {
        let (mut unlisted, mut is_whole) = (0, true);
        if let Some(earlier) = earlier {
            if earlier.answered_all() {
                planner.replace_all();
            }
            self.reserve_done(planner, earlier).await?;
            self.take_up(planner, earlier, queue).await?;
        }
        if !earlier.is_some_and(Replayed::is_listed) {
            let from = earlier.map_or_else(ListScope::default, resume::scope);
            let listed = self.list(planner, from, queue).await?;
            unlisted += listed.unlisted;
            is_whole = listed.is_whole;
            if listed.is_whole {
                self.recorder.append(&Record::Listed);
            }
        }
        for owed in earlier.map(resume::owed).unwrap_or_default() {
            if self.stop.is_on() {
                is_whole = false;
                break;
            }
            let listed = self.list_owed(planner, owed, queue).await?;
            unlisted += listed.unlisted;
            is_whole &= listed.is_whole;
        }
        self.note_whole(is_whole);
        self.report_nothing_selected(planner, unlisted).await;
        Ok(unlisted)
    }

    /// Ends the listing. The total of listed objects is final only when the listing came to its
    /// end.
    pub(super) fn note_whole(&self, is_whole: bool) {
        Totals::add(&self.context.totals.listing_done, u64::from(is_whole));
    }

    /// Creates the container or folder of the target, if it is missing.
    ///
    /// It is called once it is certain that there is something to copy: before an earlier run's
    /// objects are queued, otherwise with the first page that has entries. Returns false when the
    /// run was stopped meanwhile.
    pub(super) async fn prepare(&self) -> Result<bool> {
        let prepare = async || {
            let preparing = self.ends.target.prepare(self.tools);
            let prepared = self.stop.unless_stopped(preparing).await;
            prepared.map_err(|error| error.at(Side::Target))?;
            if self.is_first && self.recorder.is_kept() {
                self.note_identity(self.identity().await?.as_deref());
            }
            Ok(())
        };
        match self.prepared.get_or_try_init(prepare).await {
            Ok(()) => Ok(true),
            Err(Error::Stopped) if self.stop.is_on() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The identity of the target, where the target has one.
    pub(super) async fn identity(&self) -> Result<Option<Box<str>>> {
        let identity = self.ends.target.identity(self.tools);
        let identity = self.stop.unless_stopped(identity).await;
        identity.map_err(|error| error.at(Side::Target))
    }

    /// Records the target's identity: a later run goes on only with the same target.
    pub(super) fn note_identity(&self, identity: Option<&str>) {
        if let Some(identity) = identity {
            let identity = identity.as_bytes();
            self.recorder.append(&Record::Target { identity });
        }
    }

    /// Reports why nothing was selected, if nothing was. An error of the search is ignored.
    pub(super) async fn report_nothing_selected(&self, planner: &Planner<'_>, unlisted: u64) {
        // A plan may have shards without an object.
        if unlisted > 0 || self.stop.is_on() || self.options.shard.is_some() {
            return;
        }
        let listed = Totals::get(&self.context.totals.listed);
        let why = if listed == 0 {
            let selection = &self.options.selection;
            let asked = why_nothing(&*self.ends.source, self.tools, selection);
            self.stop.unless_stopped(asked).await.ok().flatten()
        } else {
            (planner.left_by_time() == listed).then_some(NothingSelected::ByTime(listed))
        };
        if let Some(why) = &why {
            self.observer.event(Event::NothingSelected(why));
        }
    }

    /// Plans and queues one object of the source, which was counted as listed before. `planner` is the
    /// same for all objects of the run. Fails with [`Error::Stopped`] when the run is stopped meanwhile.
    pub(super) async fn copy_named(
        &self,
        planner: &Planner<'_>,
        name: &EntryName,
        queue: &mut Queue,
    ) -> Result<()> {
        let entry = self.ends.source.find(self.tools, name, None).await?;
        let Some(entry) = entry else {
            return Err(Error::NotFound(format!("`{name}` does not exist any more")));
        };
        Totals::add(&self.context.totals.listed_bytes, entry.bytes);
        let inspecting = async { Ok(self.inspect(planner, entry).await) };
        let inspected = self.stop.unless_stopped(inspecting).await?;
        if let Some(task) = self.admit(planner.decide(inspected, self.observer), false) {
            // A later run must know that it was this job which made the object.
            self.recorder.flush();
            self.push(task, queue).await;
        }
        Ok(())
    }

    /// Lists this scope, plans and queues.
    async fn list(
        &self,
        planner: &Planner<'_>,
        from: ListScope,
        queue: &mut Queue,
    ) -> Result<Listed> {
        let is_aside = from.folder.is_some();
        let range = self.options.range().cloned().unwrap_or_default();
        let from = ListScope {
            from: range.from.map(EntryName::new),
            until: range.until.map(EntryName::new),
            ..from
        };
        self.plan_entries(planner, from, async |planned| {
            if let Some(task) = self.admit(planned, is_aside) {
                self.push(task, queue).await;
            }
        })
        .await
    }

    /// Lists a folder that an earlier run could not list.
    async fn list_owed(
        &self,
        planner: &Planner<'_>,
        owed: resume::Owed,
        queue: &mut Queue,
    ) -> Result<Listed> {
        let what = owed.what.as_bytes();
        self.recorder.append(&Record::Aside { what });
        let listed = self.list(planner, owed.scope(), queue).await?;
        if listed.is_whole && !listed.folders.contains(&owed.what) {
            self.recorder.append(&Record::Relisted { what });
        }
        Ok(listed)
    }

    async fn push(&self, task: Task, queue: &mut Queue) {
        if let Some(moves) = self.moves {
            moves.enter().await;
        }
        self.observer.event(Event::Begun {
            name: &task.entry.name,
        });
        let files = self.files.take().await;
        let transfer = ObjectTransfer::new(task, self.context).holding(files);
        queue.push(Arc::new(transfer)).await;
    }

    /// Lists and plans everything and transfers nothing. An object that would be copied counts as
    /// done.
    pub(super) async fn preview(&self) -> Result<u64> {
        let planner = self.planner();
        let listed = self
            .plan_entries(&planner, ListScope::default(), async |planned| {
                let Some(task) = self.admit(planned, false) else {
                    return;
                };
                self.would_copy(&task.entry);
            })
            .await?;
        self.note_whole(listed.is_whole);
        self.report_nothing_selected(&planner, listed.unlisted)
            .await;
        Ok(listed.unlisted)
    }

    fn would_copy(&self, entry: &Entry) {
        let is_moved = self.options.moves.is_some();
        if is_moved {
            self.observer.event(Event::Change(&PlannedChange {
                kind: ChangeKind::Move,
                why: "selected",
                name: &entry.name,
                source: Some(ChangedSide {
                    bytes: entry.bytes,
                    modified: entry.modified,
                }),
                target: None,
                etag: None,
            }));
        }
        let details = Details {
            is_moved,
            ..Details::default()
        };
        self.settlement().done(&entry.name, entry.bytes, &details);
    }

    /// Plans every entry of every page, in order, and passes each plan to `handle`.
    async fn plan_entries(
        &self,
        planner: &Planner<'_>,
        from: ListScope,
        mut handle: impl AsyncFnMut(EntryPlan),
    ) -> Result<Listed> {
        let is_aside = from.folder.is_some();
        let mut pages = Arc::clone(&self.ends.source).list(self.tools, from);
        let mut listed = Listed::default();
        let mut replaced_all = planner.replaces_all();
        let mut listed_any = false;
        while let Some(page) = self.next(pages.recv()).await {
            // Before anything of the page is counted: a run that cannot begin leaves no journal.
            let has_objects = |page: &Page| !page.entries.is_empty() || !page.equal.is_empty();
            if page.as_ref().is_ok_and(has_objects) && !self.prepare().await? {
                return Ok(listed);
            }
            let (entries, unfound) = match page {
                Ok(page) => self.count_page(self.without_taken_up(page), &mut listed),
                Err(error) if !listed_any => return Err(error.at(Side::Source)),
                Err(error) if error.ends_run() => {
                    self.stop.or_end_run(error);
                    return Ok(listed);
                }
                Err(error) => {
                    let what = match error.side() {
                        Some(Side::Target) => "the rest of the destination",
                        Some(Side::Source) | None => "the rest of the source",
                    };
                    let error = &error;
                    self.observer.event(Event::Unlisted { what, error });
                    listed.unlisted += 1;
                    return Ok(listed);
                }
            };
            listed_any = true;
            let mut unfound = unfound.into_iter().peekable();
            let mut unplanned = UnplannedEntries::of(&entries);
            let mut inspected = stream::iter(entries)
                .map(|entry| self.inspect(planner, entry))
                .buffered(self.inspections_max);
            while let Some(inspected) = self.next(inspected.next()).await {
                let name = &inspected.entry().name;
                while let Some(before) = unfound.next_if(|(other, _)| other < name) {
                    handle(self.unfound(before)).await;
                }
                unplanned.take(inspected.entry());
                planner.reserve_if_done(inspected.entry());
                if inspected.is_in_place() {
                    planner.reserve(inspected.entry());
                    match (self.moves, inspected.committed()) {
                        (Some(moves), Some(committed)) => {
                            self.recorder.in_place(inspected.entry(), is_aside);
                            moves.enter().await;
                            moves.push(committed, Details::default());
                        }
                        _ => self.in_place(inspected.entry(), is_aside),
                    }
                    continue;
                }
                let decided = planner.decide(inspected, self.observer);
                if planner.replaces_all() && !std::mem::replace(&mut replaced_all, true) {
                    self.recorder.append(&Record::AnsweredAll);
                }
                handle(decided).await;
            }
            if unplanned.count > 0 {
                self.take_back(&unplanned);
                return Ok(listed);
            }
            for name in unfound {
                handle(self.unfound(name)).await;
            }
        }
        // A run that is stopped after the last page has seen everything.
        listed.is_whole = matches!(pages.try_recv(), Err(TryRecvError::Disconnected));
        Ok(listed)
    }

    /// The plan of a name that was asked for and has no object: it is counted as one that fails.
    fn unfound(&self, (name, error): (EntryName, Error)) -> EntryPlan {
        Totals::add(&self.context.totals.listed, 1);
        EntryPlan::Fail(Entry::unknown(name), error)
    }

    async fn inspect(&self, planner: &Planner<'_>, entry: Entry) -> InspectedEntry {
        // A sync compares every object, also what it copied before.
        let done_before = self.done_before.filter(|_| self.comparison.is_none());
        if done_before.is_some_and(|done_before| done_before.has(&entry)) {
            planner.inspect_done(self.tools, entry).await
        } else {
            planner
                .inspect(self.tools, entry, InspectionScope::Both)
                .await
        }
    }

    /// Removes objects that were open when the new listing began: they are counted and queued
    /// already.
    fn without_taken_up(&self, mut page: Page) -> Page {
        if let Some(done_before) = self.done_before {
            page.entries.retain(|entry| !done_before.is_taken_up(entry));
            let is_taken_up =
                |name: &EntryName| done_before.is_taken_up(&Entry::unknown(name.clone()));
            page.equal.retain(|(name, _)| !is_taken_up(name));
            page.unfound.retain(|(name, _)| !is_taken_up(name));
        }
        page
    }

    /// The next item, or `None` once the run has been stopped.
    pub(super) async fn next<T>(&self, next: impl Future<Output = Option<T>>) -> Option<T> {
        if self.stop.is_on() {
            return None;
        }
        tokio::select! {
            next = next => next,
            () = self.stop.stopped() => None,
        }
    }

    /// Records an entry's plan, and returns its task. A skipped or failed entry is counted and
    /// reported.
    fn admit(&self, planned: EntryPlan, is_aside: bool) -> Option<Task> {
        match planned {
            EntryPlan::Task(mut task) => {
                let notes = self.recorder.planned(&task.entry, &task.replace, is_aside);
                task.history.notes = notes;
                return Some(*task);
            }
            EntryPlan::Skip(entry, reason) => {
                // The next run of a sync compares it again.
                if self.comparison.is_none() {
                    self.recorder.passed(&entry, is_aside);
                }
                self.settlement().skip(&entry.name, entry.bytes, &reason);
            }
            EntryPlan::Fail(entry, error) => {
                let error = self.stop.or_end_run(error);
                if let Some(notes) = self.recorder.planned(&entry, &Replace::Nothing, is_aside) {
                    self.recorder.failed(notes.seq(), &error);
                }
                self.settlement()
                    .fail_unstarted(&entry.name, entry.bytes, &error);
            }
        }
        None
    }

    fn settlement(&self) -> Settlement<'_> {
        Settlement {
            totals: &self.context.totals,
            observer: self.observer,
            limit: self.limit,
        }
    }
}
