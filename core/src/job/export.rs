//! The command `export`: the entities of a table become data files, and a manifest at the end.
//!
//! `plan` says which ranges of partition keys there are and where each of them begins. `worker` threads
//! take them from `shared_ranges`, read the pages of a `range` each, format them and write volumes
//! (`dump::volume`). With `/PKRS:auto` a thread without a range splits one that runs, at a key that
//! `key_probe` finds. They tell the coordinator ([`ExportEvent`]), which records
//! and reports. In a folder a closed volume is a data file. For blobs the volumes are in a spool, and
//! `upload` copies each of them like any other file (`uploads` queues them, `spool_observer` removes
//! them). `earlier_uploads` is what earlier runs of the job uploaded.
//!
//! The manifest says that the export is complete. It is written last, and only if no range failed.

mod plan;

mod event;

mod shared_ranges;

mod key_probe;

mod range;

mod worker;

mod upload;

mod uploads;

mod earlier_uploads;

mod spool_observer;

use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::run::Run;
use crate::dump::manifest::Manifest;
use crate::dump::spool::SpoolRoom;
use crate::dump::volume::ClosedVolume;
use crate::entry::EntryName;
use crate::journal::{ExportedVolume, Record, Replayed};
use crate::location::{Location, TableLocation};
use crate::options::{Overwrite, SPLIT_MB_MAX, SplitKeys};
use crate::plan::history::Note;
use crate::report::{Details, Event, OverwriteAnswer, Totals};
use crate::store::table::{EntityPages, PartitionRange};
use crate::{Error, Result, Side};

use event::{ExportEvent, RangeEnd, RangeFailure};
use plan::ExportPlan;
use worker::ExportWorkers;

/// The ends of an export.
pub(super) enum ExportTarget<'a> {
    /// A folder.
    Folder(&'a Path),
    /// Blobs.
    Blobs,
}

/// What has become of the ranges so far.
#[derive(Debug, Default)]
pub(super) struct ExportProgress {
    /// The checksums of all data files.
    pub(super) crcs: Vec<u64>,
    ranges: usize,
    ranges_done: usize,
    /// The table is not there, or something else that ends the run.
    fatal: Option<Error>,
}

impl Run<'_> {
    /// Exports the table; returns how many parts of it could not be read, which is none: a range that
    /// fails is a failure.
    pub(super) async fn export(
        &self,
        earlier: Option<Replayed>,
        notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        let table = table_of(&self.options.source)?;
        match target_of(&self.options.target)? {
            ExportTarget::Folder(folder) => {
                let plan = self.plan_export(table, folder, earlier.as_ref())?;
                let mut controller = self.resources.observer_of_exports();
                let exported = tokio::select! {
                    exported = self.export_to_folder(&plan) => exported,
                    never = self.steer(&mut controller) => match never {},
                };
                self.finish(controller);
                exported?;
            }
            ExportTarget::Blobs => {
                Box::pin(self.export_to_blobs(table, earlier, notes)).await?;
            }
        }
        Ok(0)
    }

    /// Reports what an export would do. One entity is requested, so that a missing table and a wrong
    /// key are found.
    pub(super) async fn preview_export(&self) -> Result<u64> {
        let table = table_of(&self.options.source)?;
        let tools = self.resources.tools()?;
        let pages = EntityPages::new(Arc::new(table.clone()), PartitionRange::default());
        let asked = pages.page(&tools, None, async |_| Ok(()));
        let asked = self.stop.unless_stopped(asked);
        Box::pin(self.with_service_reports(asked))
            .await
            .map_err(|error| error.at(Side::Source))?;
        let ranges = plan::ranges(&self.options.table.split_keys).len();
        self.observer.event(Event::Notice(&format!(
            "`{table}` would be exported to `{}`, in {ranges} range(s) of partition keys",
            self.options.target
        )));
        Totals::add(&self.totals.listing_done, 1);
        Ok(0)
    }

    async fn export_to_folder(&self, plan: &ExportPlan) -> Result<()> {
        let manifest = plan.manifest_name(self.options);
        if !self.may_write_manifest(plan, &manifest) {
            return Ok(());
        }
        self.count_earlier(plan);
        let workers = self.start_workers(plan, None)?;
        let exported = self.exported(plan, workers, async |_| Ok(()));
        let progress = tokio::select! {
            exported = exported => exported?,
            never = self.end_waits_on_stop() => match never {},
        };
        if !self.recorder.is_kept() {
            plan.folder.remove_parts()?;
        }
        let Some(text) = self.complete(plan, &progress) else {
            return Ok(());
        };
        Totals::add(&self.totals.listed, 1);
        Totals::add(&self.totals.listed_bytes, text.len() as u64);
        plan.folder.make()?;
        plan.folder.write_manifest(&manifest, &text)?;
        let name = EntryName::from(manifest.as_str());
        self.settlement()
            .done(&name, text.len() as u64, &Details::default());
        plan.folder.remove_parts()
    }

    /// The plan of this export into this folder, and what an earlier run left there.
    fn plan_export(
        &self,
        table: &TableLocation,
        folder: &Path,
        earlier: Option<&Replayed>,
    ) -> Result<ExportPlan> {
        let earlier = earlier.and_then(Replayed::export);
        let plan = ExportPlan::new(self, table, folder, earlier);
        if self.options.table.split_keys == SplitKeys::Auto && !plan.splits_ranges {
            self.observer.event(Event::Notice(
                "Azure Cosmos DB does not list entities in the order of their keys, so the table is exported as one \
                 range: name ranges with /PKRS",
            ));
        }
        if earlier.is_some() {
            plan.remove_unknown()?;
        } else {
            plan.record(self.recorder);
            // A data file of a plan that no later run knows would stay beside those of another export.
            self.recorder.flush();
        }
        Totals::add(&self.totals.ranges, plan.ranges.len() as u64);
        Ok(plan)
    }

    /// Whether the manifest may be written: it is not there, or may be replaced. Data files have names
    /// of their own.
    fn may_write_manifest(&self, plan: &ExportPlan, name: &str) -> bool {
        let path = plan.folder.path.join(name);
        !path.exists() || self.may_replace_manifest(name, &path.display().to_string())
    }

    /// Whether a manifest may be replaced that is at the target already. Without permission it counts as
    /// skipped.
    fn may_replace_manifest(&self, name: &str, target: &str) -> bool {
        if self.options.conflict.is_blind() {
            return true;
        }
        let source = self.options.source.to_string();
        let answer = match self.options.conflict.overwrite {
            Overwrite::Never => OverwriteAnswer::No,
            Overwrite::Ask | Overwrite::Always => self.observer.ask_overwrite(&source, target),
        };
        if answer != OverwriteAnswer::No {
            return true;
        }
        Totals::add(&self.totals.listed, 1);
        let reason = format!("`{target}` exists, and the table is not exported");
        self.settlement().skip(&EntryName::from(name), 0, &reason);
        Totals::add(&self.totals.listing_done, 1);
        false
    }

    /// Counts the data files of earlier runs as done.
    fn count_earlier(&self, plan: &ExportPlan) {
        let totals = self.totals;
        for volume in plan.closed() {
            for counter in [&totals.listed, &totals.done, &totals.done_before] {
                Totals::add(counter, 1);
            }
            for counter in [
                &totals.listed_bytes,
                &totals.done_bytes,
                &totals.done_before_bytes,
                &totals.kept_bytes,
                &totals.settled_bytes,
            ] {
                Totals::add(counter, volume.bytes);
            }
        }
    }

    fn start_workers(
        &self,
        plan: &ExportPlan,
        room: Option<&Arc<SpoolRoom>>,
    ) -> Result<(ExportWorkers, UnboundedReceiver<ExportEvent>)> {
        let open = plan.ranges.iter().filter(|range| !range.is_done).count();
        let threads_max = self.resources.exports_max();
        let threads = if plan.splits_ranges && open > 0 {
            threads_max
        } else {
            threads_max.min(open as u32)
        };
        let settings = self.resources.client_settings();
        ExportWorkers::start(plan, room, &settings, threads, self.stop, self.totals)
    }

    /// Runs the workers to their end, records and reports; passes each closed volume to `closed`.
    async fn exported(
        &self,
        plan: &ExportPlan,
        (workers, mut events): (ExportWorkers, UnboundedReceiver<ExportEvent>),
        mut closed: impl AsyncFnMut(&ClosedVolume) -> Result<()>,
    ) -> Result<ExportProgress> {
        let mut progress = ExportProgress {
            crcs: plan.closed().map(|volume| volume.crc).collect(),
            ranges: plan.ranges.len(),
            ranges_done: plan.ranges.iter().filter(|range| range.is_done).count(),
            ..ExportProgress::default()
        };
        let done = progress.ranges_done as u64;
        Totals::add(&self.totals.ranges_done, done);
        let entities = plan.closed().map(|volume| volume.entities).sum();
        Totals::add(&self.totals.entities, entities);
        let mut taken = Ok(());
        while let Some(event) = events.recv().await {
            taken = self.take(plan, event, &mut progress, &mut closed).await;
            if taken.is_err() {
                break;
            }
        }
        // The threads end when nobody takes their events any more.
        drop(events);
        workers.join()?;
        taken?;
        match progress.fatal.take() {
            Some(error) if !self.stop.is_on() => Err(error.at(Side::Source)),
            _ => Ok(progress),
        }
    }

    async fn take(
        &self,
        plan: &ExportPlan,
        event: ExportEvent,
        progress: &mut ExportProgress,
        closed: &mut impl AsyncFnMut(&ClosedVolume) -> Result<()>,
    ) -> Result<()> {
        match event {
            ExportEvent::VolumeBegun => Totals::add(&self.totals.listed, 1),
            ExportEvent::VolumeAt {
                range,
                volume,
                next,
            } => self.recorder.append(&Record::VolumeAt {
                range: range.into(),
                volume,
                partition: &next.partition,
                row: next.row.as_deref(),
            }),
            ExportEvent::VolumeClosed { volume, is_last } => {
                self.recorder.append(&Record::VolumeClosed {
                    range: volume.name.range.into(),
                    volume: noted(&volume),
                    is_last,
                });
                progress.crcs.push(volume.name.crc.value());
                if plan.is_final {
                    let name = EntryName::from(volume.name.to_string().as_str());
                    Totals::add(&self.totals.listed_bytes, volume.bytes);
                    Totals::add(&self.totals.moved_bytes, volume.bytes);
                    self.settlement()
                        .done(&name, volume.bytes, &Details::default());
                }
                closed(&volume).await?;
            }
            ExportEvent::RangeSplit { range, at } => {
                self.recorder.append(&Record::RangeSplit {
                    range: range.into(),
                    at: &at,
                });
                progress.ranges += 1;
                Totals::add(&self.totals.ranges, 1);
            }
            ExportEvent::RangeEnded(RangeEnd { range, end }) => match end {
                Ok(is_empty) => {
                    progress.ranges_done += 1;
                    Totals::add(&self.totals.ranges_done, 1);
                    if is_empty {
                        let range = range.into();
                        self.recorder.append(&Record::RangeEmpty { range });
                    }
                }
                Err(failed) => self.range_failed(plan, range, failed, progress),
            },
        }
        self.recorder.report_trouble(self.observer);
        Ok(())
    }

    fn range_failed(
        &self,
        plan: &ExportPlan,
        range: u32,
        failed: RangeFailure,
        progress: &mut ExportProgress,
    ) {
        let RangeFailure {
            error,
            has_volume,
            split,
        } = failed;
        if matches!(error.bare(), Error::NotFound(_)) && progress.crcs.is_empty() {
            progress.fatal = Some(error);
            self.take_back_volume(has_volume);
            return;
        }
        let error = self.stop.or_end_run(error);
        let is_stopped = matches!(error.bare(), Error::Stopped);
        if !has_volume {
            // What was not begun is not listed, unless it failed.
            if is_stopped {
                return;
            }
            Totals::add(&self.totals.listed, 1);
        }
        let name = format!("{}_{range}_{split}", plan.export);
        let error = error.at(Side::Source);
        self.settlement()
            .fail_unstarted(&EntryName::from(name.as_str()), 0, &error);
    }

    fn take_back_volume(&self, has_volume: bool) {
        if has_volume {
            Totals::take_back(&self.totals.listed, 1);
        }
    }

    /// The manifest, if all ranges are complete.
    fn complete(&self, plan: &ExportPlan, progress: &ExportProgress) -> Option<String> {
        if progress.ranges_done < progress.ranges {
            return None;
        }
        Totals::add(&self.totals.listing_done, 1);
        let split_mb = self.options.table.split_mb.unwrap_or(SPLIT_MB_MAX);
        let crcs = progress.crcs.iter().copied();
        let manifest = Manifest::new(plan.export.clone(), plan.format, split_mb, crcs);
        Some(manifest.to_json())
    }
}

/// What the journal notes of a closed volume.
fn noted(volume: &ClosedVolume) -> ExportedVolume {
    ExportedVolume {
        bytes: volume.bytes,
        crc: volume.name.crc.value(),
        entities: volume.entities,
    }
}

fn table_of(source: &Location) -> Result<&TableLocation> {
    match source {
        Location::Table(table) => Ok(table),
        Location::Local(_)
        | Location::Blob(_)
        | Location::Share(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => Err(Error::Usage(format!("`{source}` is no table"))),
    }
}

fn target_of(target: &Location) -> Result<ExportTarget<'_>> {
    match target {
        Location::Local(folder) => Ok(ExportTarget::Folder(folder)),
        Location::Blob(_) => Ok(ExportTarget::Blobs),
        Location::Table(_)
        | Location::Share(_)
        | Location::Pipe
        | Location::Synthetic(_)
        | Location::Discard(_) => Err(Error::Usage(format!(
            "a table cannot be exported to `{target}`"
        ))),
    }
}
