//! Fills the shards of a plan while the source is listed.
//!
//! The cost of an object is its length and 4 MiB, because a small object costs a request, too. By bytes,
//! one shard is open: it takes objects in the order of the listing until it is full, and is complete from
//! then on. By number, the total cost is not known before the listing ends. So all shards are open, and each
//! run of neighbouring objects goes to the shard that has the least cost so far. A run is one object at
//! first, and longer as the plan grows. No shard is then more than one run or one object above another.
//!
//! By range, a shard has no objects: it is the names from its first object up to that of the next shard.
//!
//! An object that is too large is put into shards in parts. Each part costs like an object.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use super::folder::PlanFolder;
use super::local_folder::LocalFolder;
use super::plan::{Division, Plan, PlannedShard};
use super::split_object::SplitObject;
use crate::entry::{Entry, EntryName};
use crate::journal::{Command, PendingObject, Planned, PlannedJournal, Record, Replayed, peek};
use crate::options::EntryRange;
use crate::plan::chunks::Chunks;
use crate::plan::part::{ObjectPart, PartRole};
use crate::plan::replace::Replace;
use crate::store::ListScope;

/// What an object costs beside its bytes: the bytes that are transferred in the time of a request.
const OBJECT_COST: u64 = 4 << 20;

/// A run of neighbouring objects is at most this part of what a shard has so far.
const RUNS_PER_SHARD: u64 = 64;

/// The memory for the records of all open shards.
const BUFFERS_BYTES: usize = 32 << 20;

/// The memory for the records of one open shard: the least and the most.
const BUFFER_BYTES: (usize, usize) = (8 << 10, 256 << 10);

/// The shards of a plan in the making, in the order of the listing.
pub struct PlanWriter<'p> {
    plan: Plan,
    /// Where the files are written. It may be the plan's folder itself.
    spool: PathBuf,
    folder: &'p dyn PlanFolder,
    command: &'p Command,
    open: Vec<OpenShard>,
    /// The open shards by their costs.
    cheapest: BinaryHeap<Reverse<(u64, usize)>>,
    /// The shard that takes the present run, and what the run may still cost.
    run: Option<(usize, u64)>,
    total_cost: u64,
    /// The token of the present page.
    marker: Option<Box<str>>,
    /// The plan's file is written again when there are so many shards.
    next_save: usize,
    /// The object whose last parts an interrupted plan lacks, by its last part.
    unfinished: Option<(PendingObject, ObjectPart)>,
    /// By range: the first name of the open shard, and the last one that was seen.
    from: Option<EntryName>,
    last: Option<EntryName>,
}

/// A shard that takes objects.
struct OpenShard {
    journal: PlannedJournal,
    objects: u64,
    parts: u64,
    bytes: u64,
    cost: u64,
}

impl<'p> PlanWriter<'p> {
    /// Begins or goes on with this plan. The files of shards are made in `spool`, a folder of this machine.
    ///
    /// Fails when the folder cannot be written.
    pub fn new(
        plan: Plan,
        spool: &Path,
        folder: &'p dyn PlanFolder,
        command: &'p Command,
    ) -> Result<Self> {
        let mut writer = Self {
            next_save: plan.shards.len() + 1,
            plan,
            spool: spool.into(),
            folder,
            command,
            open: Vec::new(),
            cheapest: BinaryHeap::new(),
            run: None,
            total_cost: 0,
            marker: None,
            unfinished: None,
            from: None,
            last: None,
        };
        if let Division::Shards(shards) = writer.plan.division {
            for index in 0..shards {
                let shard = writer.begin_shard(index)?;
                writer.open.push(shard);
                writer.cheapest.push(Reverse((0, index as usize)));
            }
        }
        Ok(writer)
    }

    /// Objects and bytes of the shards that are complete.
    pub fn sums(&self) -> (u64, u64) {
        self.plan.sums()
    }

    /// Where the listing begins: after the last object of the shards that are complete.
    pub fn scope(&mut self) -> Result<ListScope> {
        let Some(last) = self.plan.shards.len().checked_sub(1) else {
            return Ok(ListScope::default());
        };
        let name = Plan::shard_name(last as u32);
        if !self.folder.is_at(&self.spool) {
            // The copy in the spool may be gone: the plan's file is older than the last shard.
            self.folder.fetch(&name, &self.spool.join(&name))?;
        }
        let replayed = peek(&self.spool, &name).0?.ok_or_else(|| {
            let shown = self.spool.join(&name);
            Error::Unreadable(format!("the shard `{}` is missing", shown.display()))
        })?;
        self.drop_copy(&name)?;
        self.forget_lost_parts();
        self.unfinished = unfinished(&replayed)?;
        let position = replayed.position();
        self.marker = position.marker.as_deref().map(Into::into);
        Ok(ListScope {
            after: position.last.clone().map(|last| (last.name, last.snapshot)),
            marker: self.marker.clone(),
            ..ListScope::default()
        })
    }

    /// The next entries are of the page with this token.
    pub fn page(&mut self, marker: Option<&str>) -> Result<()> {
        self.marker = marker.map(Into::into);
        // Only the end of a complete shard is a place to go on from.
        if let (Division::Bytes(_), Some(marker), [shard]) =
            (self.plan.division, marker, &mut self.open[..])
        {
            shard.journal.push(&Record::Page { marker })?;
        }
        Ok(())
    }

    /// Plans the parts that an interrupted plan lacks of its last object. Called before the listing goes on.
    pub fn plan_rest(&mut self) -> Result<()> {
        let Some((object, last)) = self.unfinished.take() else {
            return Ok(());
        };
        for part in last.ranges(object.bytes, self.plan.split_above) {
            if part.first > last.first {
                self.plan_part(object.planned(), part)?;
            }
        }
        Ok(())
    }

    /// How the plan is cut.
    pub fn division(&self) -> Division {
        self.plan.division
    }

    /// Whether an object of this length is copied in parts, where the target permits it.
    pub fn splits(&self, bytes: u64) -> bool {
        self.plan.split_above > 0 && bytes > self.plan.split_above
    }

    /// Puts an object into shards in parts, which consist of these chunks.
    pub fn plan_parts(&mut self, entry: &Entry, replace: &Replace, chunks: &Chunks) -> Result<()> {
        let begun = SplitObject::begin(
            (&self.plan, &self.spool),
            self.command,
            (entry, replace),
            chunks,
        )?;
        self.hand_over(&begun.file_name())?;
        let first = ObjectPart {
            object: begun.object,
            chunk_bytes: chunks.chunk_bytes(),
            first: 0,
            chunks: 1,
            role: PartRole::Range,
        };
        self.plan.split.push(begun);
        for part in first.ranges(entry.bytes, self.plan.split_above) {
            self.plan_part(Planned::of(entry, replace), part)?;
        }
        Ok(())
    }

    /// Puts a part of the last object into a shard.
    fn plan_part(&mut self, planned: Planned<'_>, part: ObjectPart) -> Result<()> {
        let bytes = part.bytes(planned.bytes);
        let at = self.place(bytes)?;
        let planned = Planned {
            part: Some(part),
            ..planned
        };
        let shard = &mut self.open[at];
        shard.journal.push(&Record::Planned(planned))?;
        shard.parts += 1;
        shard.add(bytes);
        // By size, the open shard comes after those that are complete.
        let index = self.plan.shards.len() + at;
        let mut split = self.plan.split.iter_mut();
        if let Some(object) = split.find(|object| object.object == part.object) {
            object.shards.push(index as u32);
        }
        Ok(())
    }

    /// The place among the open shards of an object or a part of this length.
    fn place(&mut self, bytes: u64) -> Result<usize> {
        let cost = bytes.saturating_add(OBJECT_COST);
        match self.plan.division {
            Division::Bytes(most) => self.with_room(cost, most),
            Division::Shards(shards) => Ok(self.of_run(cost, shards)),
            // Their objects are in no journal.
            Division::Ranges(_) | Division::Cuts(_) => self.with_room(cost, u64::MAX),
        }
    }

    /// Forgets the parts of objects in shards that an interrupted plan did not complete.
    fn forget_lost_parts(&mut self) {
        let complete = self.plan.shards.len();
        for object in &mut self.plan.split {
            object.shards.retain(|shard| (*shard as usize) < complete);
        }
        self.plan.split.retain(|object| !object.shards.is_empty());
    }

    /// Counts an object of a range of names, and ends the range before it if that is full. All versions of a name
    /// are in one range.
    pub fn plan_in_range(&mut self, entry: &Entry, most: u64) -> Result<()> {
        let cost = entry.bytes.saturating_add(OBJECT_COST);
        let is_full = |shard: &OpenShard| shard.cost > 0 && shard.cost.saturating_add(cost) > most;
        if self.last.as_ref() != Some(&entry.name) && self.open.first().is_some_and(is_full) {
            self.end_range(Some(entry.name.clone()))?;
        }
        if self.open.is_empty() {
            let shard = self.begin_shard(self.plan.shards.len() as u32)?;
            self.open.push(shard);
        }
        self.last = Some(entry.name.clone());
        if let Some(shard) = self.open.first_mut() {
            shard.objects += 1;
            shard.add(entry.bytes);
        }
        Ok(())
    }

    /// Makes a range of names before the first of these names, between each two of them, and after the last. They
    /// are in the order of the source.
    pub fn plan_cuts(&mut self, cuts: Vec<EntryName>) -> Result<()> {
        for until in cuts.into_iter().map(Some) {
            self.end_range(until)?;
        }
        Ok(())
    }

    /// Completes the open range, or an empty one, which ends before this name.
    fn end_range(&mut self, until: Option<EntryName>) -> Result<()> {
        let shard = match self.open.pop() {
            Some(shard) => shard,
            None => self.begin_shard(self.plan.shards.len() as u32)?,
        };
        let bytes = |name: EntryName| Box::from(name.as_bytes());
        let range = EntryRange {
            from: self.from.take().map(bytes),
            until: until.clone().map(bytes),
        };
        self.from = until;
        self.complete_with(shard, Some(range))?;
        self.save_in_time()
    }

    /// Puts an object into a shard.
    pub fn plan(&mut self, entry: &Entry, replace: &Replace) -> Result<()> {
        let at = self.place(entry.bytes)?;
        let shard = &mut self.open[at];
        let planned = Planned::of(entry, replace);
        shard.journal.push(&Record::Planned(planned))?;
        shard.objects += 1;
        shard.add(entry.bytes);
        Ok(())
    }

    /// Counts an object that cannot be copied and is in no shard.
    pub fn refuse(&mut self, bytes: u64) {
        self.plan.refused.objects += 1;
        self.plan.refused.bytes = self.plan.refused.bytes.saturating_add(bytes);
    }

    /// Counts parts of the source that could not be listed.
    pub fn leave_out(&mut self, parts: u64) {
        self.plan.unlisted += parts;
    }

    /// Ends the plan. It is sealed if `is_whole`, the listing came to its end, and every part of the source
    /// was listed. Otherwise the shards that are complete stay, and the same plan can be continued.
    pub fn finish(mut self, is_whole: bool) -> Result<Plan> {
        if is_whole {
            let is_by_range = self.plan.division.is_by_range();
            if self.plan.shards.is_empty() && self.open.is_empty() && !is_by_range {
                let shard = self.begin_shard(0)?;
                self.open.push(shard);
            }
            if self.plan.division.is_by_range() {
                self.end_range(None)?;
            }
            for shard in std::mem::take(&mut self.open) {
                self.complete(shard)?;
            }
            self.plan.is_sealed = self.plan.unlisted == 0;
        }
        self.save()?;
        Ok(self.plan)
    }

    /// The one open shard, after the one before was closed if the object has no room in it.
    fn with_room(&mut self, cost: u64, most: u64) -> Result<usize> {
        let is_full = |shard: &OpenShard| shard.cost > 0 && shard.cost.saturating_add(cost) > most;
        if let Some(full) = self.open.pop_if(|shard| is_full(shard)) {
            self.complete(full)?;
            self.save_in_time()?;
        }
        if self.open.is_empty() {
            let mut shard = self.begin_shard(self.plan.shards.len() as u32)?;
            if let Some(marker) = &self.marker {
                shard.journal.push(&Record::Page { marker })?;
            }
            self.open.push(shard);
        }
        Ok(0)
    }

    /// The shard of the present run, or the cheapest one when a new run begins.
    fn of_run(&mut self, cost: u64, shards: u32) -> usize {
        self.total_cost = self.total_cost.saturating_add(cost);
        if let Some((at, left)) = &mut self.run
            && let Some(rest) = left.checked_sub(cost)
        {
            *left = rest;
            return *at;
        }
        if let Some((at, _)) = self.run.take() {
            self.cheapest.push(Reverse((self.open[at].cost, at)));
        }
        let at = self.cheapest.pop().map_or(0, |Reverse((_, at))| at);
        let of_run = self.total_cost / u64::from(shards) / RUNS_PER_SHARD;
        self.run = Some((at, of_run.saturating_sub(cost)));
        at
    }

    fn begin_shard(&self, index: u32) -> Result<OpenShard> {
        let open = match self.plan.division {
            Division::Bytes(_) | Division::Ranges(_) | Division::Cuts(_) => 1,
            Division::Shards(shards) => shards as usize,
        };
        let (least, most) = BUFFER_BYTES;
        Ok(OpenShard {
            journal: PlannedJournal::begin(
                &self.spool,
                &Plan::shard_name(index),
                self.plan.job(index),
                self.command,
                (BUFFERS_BYTES / open).clamp(least, most),
            )?,
            objects: 0,
            parts: 0,
            bytes: 0,
            cost: 0,
        })
    }

    /// Completes a shard: a worker may begin with it.
    fn complete(&mut self, shard: OpenShard) -> Result<()> {
        self.complete_with(shard, None)
    }

    /// The same for a range of names, whose worker lists them.
    fn complete_with(&mut self, mut shard: OpenShard, range: Option<EntryRange>) -> Result<()> {
        if range.is_none() {
            shard.journal.push(&Record::Listed)?;
        }
        let sha256 = shard.journal.finish()?;
        self.hand_over(&Plan::shard_name(self.plan.shards.len() as u32))?;
        self.plan.shards.push(PlannedShard {
            sha256,
            objects: shard.objects,
            parts: shard.parts,
            bytes: shard.bytes,
            range,
        });
        Ok(())
    }

    /// Copies a file that is complete into the plan's folder, unless it was written there.
    fn hand_over(&self, name: &str) -> Result<()> {
        self.folder.store(name, &self.spool.join(name))?;
        self.drop_copy(name)
    }

    /// Removes the copy of a file that is in the plan's folder now.
    fn drop_copy(&self, name: &str) -> Result<()> {
        if self.folder.is_at(&self.spool) {
            return Ok(());
        }
        LocalFolder::at(&self.spool).remove(name)
    }

    /// Writes the plan's file again from time to time: it grows with the plan, and written for each shard it would
    /// cost the square.
    fn save_in_time(&mut self) -> Result<()> {
        if self.plan.shards.len() >= self.next_save {
            self.save()?;
            self.next_save = self.plan.shards.len() + self.plan.shards.len() / 8 + 1;
        }
        Ok(())
    }

    fn save(&self) -> Result<()> {
        let text = self.plan.to_json();
        self.folder.replace(Plan::NAME, text.as_bytes())
    }
}

impl OpenShard {
    /// Counts what an object or a part of this length costs.
    fn add(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.cost = self.cost.saturating_add(bytes).saturating_add(OBJECT_COST);
    }
}

/// The last object of a shard with its part, if the object has more parts.
fn unfinished(shard: &Replayed) -> Result<Option<(PendingObject, ObjectPart)>> {
    let Some(last) = shard.pending().last().transpose()? else {
        return Ok(None);
    };
    let part = last.part.filter(|part| {
        let end = part.offset().saturating_add(part.bytes(last.bytes));
        end < last.bytes
    });
    Ok(part.map(|part| (last, part)))
}
