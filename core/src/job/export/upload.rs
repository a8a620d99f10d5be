//! The export to blobs: volumes in a spool, each of which is uploaded like any other file.

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::super::feed::Feed;
use super::super::planner::Planner;
use super::super::run::Run;
use super::plan::ExportPlan;
use super::spool_observer::SpoolObserver;
use crate::dump::name::{DataFileName, PayloadFormat};
use crate::dump::spool::{SpoolRoom, spool_folder};
use crate::dump::volume::ClosedVolume;
use crate::entry::EntryName;
use crate::journal::{Replayed, each_settled_name};
use crate::location::{Location, TableLocation};
use crate::options::{Options, Selection};
use crate::plan::history::Note;
use crate::plan::route::Route;
use crate::report::Totals;
use crate::schedule::limits::OPEN_MAX;
use crate::transfer::Queue;
use crate::{Error, Result};

/// No new volume is begun while so much waits for its upload.
const SPOOL_BYTES_MAX: u64 = 16 << 30;

/// The uploads of an export.
struct Uploads<'a> {
    feed: &'a Feed<'a>,
    planner: Planner<'a>,
    queue: Queue,
    begun: Cell<u64>,
}

impl Run<'_> {
    /// Exports to blobs.
    pub(super) async fn export_to_blobs(
        &self,
        table: &TableLocation,
        earlier: Option<Replayed>,
        notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<()> {
        let spool = self.spool_folder()?;
        let plan = Box::pin(self.plan_export(table, &spool, earlier.as_ref())).await?;
        plan.folder.make()?;
        let room = Arc::new(SpoolRoom::new(SPOOL_BYTES_MAX));
        let observer = SpoolObserver::new(self.observer, self.recorder, &spool, &room);
        let options = upload_options(self.options, &spool);
        let route = Route::of(&options)?;
        let run = Run {
            options: &options,
            route: &route,
            resources: self.resources,
            totals: self.totals,
            recorder: self.recorder,
            observer: &observer,
            stop: self.stop,
            limit: self.limit,
            outages: RefCell::new(self.resources.outage_reporter()),
            noticed: RefCell::default(),
        };
        let tools = run.resources.tools()?;
        let helpers = run.resources.helpers(&options);
        let ends = run.open(&tools, &helpers).await?;
        let context = run.transfer_context(&ends, &helpers);
        let feed = run.feed(&tools, &ends, &context, earlier.is_none());
        if earlier.is_some() {
            ends.target.follow_earlier_run();
        }
        let (workers, queue, events, controller) = self.resources.start(self.stop, OPEN_MAX);
        let uploads = Uploads {
            planner: Planner::new(&options, &ends, &feed.chunk_size_hint),
            feed: &feed,
            queue,
            begun: Cell::new(0),
        };
        let (exported, lost_worker) = tokio::join!(
            self.spool(&plan, uploads, earlier.as_ref(), &observer, &room),
            run.listen(events, notes, controller)
        );
        workers.join()?;
        drop(feed);
        drop((context, ends));
        helpers.join();
        exported?;
        if let Some(error) = lost_worker
            && Totals::get(&self.totals.done) == 0
        {
            return Err(error);
        }
        // A folder with files that are still needed stays.
        let _stays = plan.folder.remove_parts_and_folder(self.recorder.is_kept());
        Ok(())
    }

    /// Exports into the spool, and queues each volume once it is closed.
    async fn spool(
        &self,
        plan: &ExportPlan,
        mut uploads: Uploads<'_>,
        earlier: Option<&Replayed>,
        observer: &SpoolObserver<'_>,
        room: &Arc<SpoolRoom>,
    ) -> Result<()> {
        let spooled = self
            .spool_all(plan, &mut uploads, earlier, observer, room)
            .await;
        uploads.queue.close().await;
        spooled
    }

    async fn spool_all(
        &self,
        plan: &ExportPlan,
        uploads: &mut Uploads<'_>,
        earlier: Option<&Replayed>,
        observer: &SpoolObserver<'_>,
        room: &Arc<SpoolRoom>,
    ) -> Result<()> {
        if let Some(earlier) = earlier {
            uploads.take_up(self, plan, earlier).await?;
        }
        let workers = self.start_workers(plan, Some(room));
        let progress = self
            .exported(plan, workers, async |volume: &ClosedVolume| {
                // The blob is not begun before its name is safe: a later run knows it then.
                self.recorder.flush();
                uploads.volume(self, &volume.name).await
            })
            .await?;
        let Some(text) = self.complete(plan, &progress) else {
            return Ok(());
        };
        let lost = observer.all_ended(uploads.begun.get()).await;
        if lost > 0 || self.stop.is_on() {
            return Ok(());
        }
        let manifest = plan.manifest_name(self.options);
        plan.folder.write_manifest(&manifest, &text)?;
        uploads.file(self, &manifest, true).await
    }

    /// The folder for the volumes of this job.
    fn spool_folder(&self) -> Result<PathBuf> {
        let folder = self.options.table.spool_in.as_deref();
        let folder = folder.ok_or_else(|| {
            Error::Usage(
                "an export to blobs needs a folder for its files until they are uploaded: name a journal folder"
                    .into(),
            )
        })?;
        // Without a journal no later run goes on with it.
        let own = || format!("process-{}", std::process::id());
        let job = self.recorder.job().map_or_else(own, ToOwned::to_owned);
        Ok(spool_folder(folder, &job))
    }
}

impl Uploads<'_> {
    /// Queues what an earlier run spooled and did not upload.
    async fn take_up(
        &mut self,
        run: &Run<'_>,
        plan: &ExportPlan,
        earlier: &Replayed,
    ) -> Result<()> {
        if plan.closed().next().is_none() {
            return Ok(());
        }
        if !self.feed.prepare().await? {
            return Err(Error::Stopped);
        }
        let mut planned = Vec::new();
        each_settled_name(earlier, |name| planned.push(name.clone()))?;
        for pending in earlier.pending() {
            planned.push(pending?.name);
        }
        self.begun.set(self.begun.get() + earlier.pending_count());
        self.feed
            .take_up(&self.planner, earlier, &mut self.queue)
            .await?;
        for name in plan.closed_names() {
            for file in files(&name) {
                if !planned.contains(&EntryName::from(file.as_str())) {
                    self.file(run, &file, true).await?;
                }
            }
        }
        Ok(())
    }

    /// Queues the files of a volume that was closed.
    async fn volume(&mut self, run: &Run<'_>, name: &DataFileName) -> Result<()> {
        if !self.feed.prepare().await? {
            return Err(Error::Stopped);
        }
        for (index, file) in files(name).into_iter().enumerate() {
            // The volume itself was counted when it was begun.
            self.file(run, &file, index > 0).await?;
        }
        Ok(())
    }

    async fn file(&mut self, run: &Run<'_>, name: &str, is_new: bool) -> Result<()> {
        if !self.feed.prepare().await? {
            return Err(Error::Stopped);
        }
        if is_new {
            Totals::add(&run.totals.listed, 1);
        }
        self.begun.set(self.begun.get() + 1);
        let name = EntryName::from(name);
        self.feed
            .copy_named(&self.planner, &name, &mut self.queue)
            .await
    }
}

/// The files of a volume.
fn files(name: &DataFileName) -> Vec<String> {
    match name.format {
        PayloadFormat::Json => vec![name.to_string()],
        PayloadFormat::Csv => vec![name.to_string(), name.schema_name()],
    }
}

/// The options of the uploads: from the spool to the target of the export.
fn upload_options(options: &Options, spool: &Path) -> Options {
    Options {
        source: Location::Local(spool.into()),
        selection: Selection {
            ignore_case: false,
            ..Selection::default()
        },
        preserve_smb: false,
        ..options.clone()
    }
}
