//! Fills the shards of a plan while the source is listed.
//!
//! The cost of an object is its length and 4 MiB, because a small object costs a request, too. By bytes,
//! one shard is open: it takes objects in the order of the listing until it is full, and is complete from
//! then on. By number, the total cost is not known before the listing ends. So all shards are open, and each
//! run of neighbouring objects goes to the shard that has the least cost so far. A run is one object at
//! first, and longer as the plan grows. No shard is then more than one run or one object above another.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use super::folder::PlanFolder;
use super::local_folder::LocalFolder;
use super::plan::{Division, Plan, PlannedShard};
use crate::entry::Entry;
use crate::journal::{Command, Planned, PlannedJournal, Record, peek};
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
}

/// A shard that takes objects.
struct OpenShard {
    journal: PlannedJournal,
    objects: u64,
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

    /// Puts an object into a shard.
    pub fn plan(&mut self, entry: &Entry, replace: &Replace) -> Result<()> {
        let cost = entry.bytes.saturating_add(OBJECT_COST);
        let at = match self.plan.division {
            Division::Bytes(most) => self.with_room(cost, most)?,
            Division::Shards(shards) => self.of_run(cost, shards),
        };
        let shard = &mut self.open[at];
        shard.journal.push(&Record::Planned(Planned {
            name: entry.name.as_bytes(),
            snapshot: entry.snapshot.as_ref().map(|snapshot| &*snapshot.id),
            bytes: entry.bytes,
            version: entry.version.clone(),
            replace: replace.clone(),
            aside: false,
        }))?;
        shard.objects += 1;
        shard.bytes = shard.bytes.saturating_add(entry.bytes);
        shard.cost = shard.cost.saturating_add(cost);
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
            if self.plan.shards.is_empty() && self.open.is_empty() {
                let shard = self.begin_shard(0)?;
                self.open.push(shard);
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
        let is_full =
            |shard: &OpenShard| shard.objects > 0 && shard.cost.saturating_add(cost) > most;
        if let Some(full) = self.open.pop_if(|shard| is_full(shard)) {
            self.complete(full)?;
            if self.plan.shards.len() >= self.next_save {
                self.save()?;
                // The file grows with the plan: written for each shard it would cost the square.
                self.next_save = self.plan.shards.len() + self.plan.shards.len() / 8 + 1;
            }
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
            Division::Bytes(_) => 1,
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
            bytes: 0,
            cost: 0,
        })
    }

    /// Completes a shard: a worker may begin with it.
    fn complete(&mut self, mut shard: OpenShard) -> Result<()> {
        shard.journal.push(&Record::Listed)?;
        let sha256 = shard.journal.finish()?;
        let name = Plan::shard_name(self.plan.shards.len() as u32);
        self.folder.store(&name, &self.spool.join(&name))?;
        self.drop_copy(&name)?;
        self.plan.shards.push(PlannedShard {
            sha256,
            objects: shard.objects,
            bytes: shard.bytes,
        });
        Ok(())
    }

    /// Removes the copy of a shard that is in the plan's folder now.
    fn drop_copy(&self, name: &str) -> Result<()> {
        if self.folder.is_at(&self.spool) {
            return Ok(());
        }
        LocalFolder::at(&self.spool).remove(name)
    }

    fn save(&self) -> Result<()> {
        let text = self.plan.to_json();
        self.folder.replace(Plan::NAME, text.as_bytes())
    }
}
