//! The export to blobs: volumes in a spool, each of which is uploaded like any other file.
//!
//! The data files come first, each of them once it is closed. When all workers have ended and every data
//! file is at the target, the manifest follows. So a manifest never names a data file that this job has not
//! put there. A later run finds the rest in the journal and in the spool.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use azring_transport as transport;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::oneshot;

use super::super::planner::Planner;
use super::super::run::Run;
use super::ExportProgress;
use super::earlier_uploads::EarlierUploads;
use super::spool_observer::SpoolObserver;
use super::uploads::Uploads;
use crate::dump::spool::SpoolRoom;
use crate::dump::spool_folder::SpoolFolder;
use crate::dump::volume::ClosedVolume;
use crate::entry::EntryName;
use crate::journal::Replayed;
use crate::location::{Location, TableLocation};
use crate::options::{Options, PosixOptions, Selection};
use crate::plan::history::Note;
use crate::plan::route::Route;
use crate::report::{Event, Totals};
use crate::schedule::limits::OPEN_MAX;
use crate::transfer::Queue;
use crate::{Error, Result, Side};

/// No new volume is begun while so much waits for its upload.
const SPOOL_BYTES_MAX: u64 = 16 << 30;

/// Where the notes of workers arrive.
type NoteReceiver = UnboundedReceiver<(u64, Note)>;

impl Run<'_> {
    /// Exports to blobs.
    pub(super) async fn export_to_blobs(
        &self,
        table: &TableLocation,
        earlier: Option<Replayed>,
        mut notes: NoteReceiver,
    ) -> Result<()> {
        let folder = self.options.table.spool_in.as_deref();
        let folder = folder.ok_or_else(|| {
            Error::Usage(
                "an export to blobs needs a folder for its files until they are uploaded, and there is no home \
                 folder: name a folder for the journal"
                    .into(),
            )
        })?;
        let spool = SpoolFolder::open(folder, self.recorder.job())?;
        let earlier = earlier.as_ref();
        let exporting = self.export_through(table, spool.path(), earlier, &mut notes);
        let exported = Box::pin(exporting).await;
        let is_untouched = Totals::get(&self.totals.listed) == 0 && earlier.is_none();
        let is_complete = matches!(exported, Ok(true));
        // Only a later run of the same job goes on with the files.
        let is_needed = self.recorder.is_kept() && !is_untouched && !is_complete;
        if !(is_needed && spool.has_files())
            && let Err(error) = spool.remove()
        {
            self.observer.event(Event::Warning(&error.to_string()));
        }
        exported.map(drop)
    }

    /// Exports through the files of this folder; returns whether all of the export is at the target.
    async fn export_through(
        &self,
        table: &TableLocation,
        spool: &Path,
        earlier: Option<&Replayed>,
        notes: &mut NoteReceiver,
    ) -> Result<bool> {
        let room = Arc::new(SpoolRoom::new(SPOOL_BYTES_MAX));
        let spooled = SpoolObserver::new(self.observer, self.recorder, spool, &room);
        let options = upload_options(self.options, spool);
        let route = Route::of(&options)?;
        let run = Run {
            options: &options,
            route: &route,
            resources: self.resources,
            totals: self.totals,
            recorder: self.recorder,
            observer: &spooled,
            stop: self.stop,
            limit: self.limit,
            outages: RefCell::new(self.resources.outage_reporter()),
            noticed: RefCell::default(),
            deletions: RefCell::default(),
            moves: None,
        };
        let tools = run.resources.tools()?;
        let helpers = run.resources.helpers(&options);
        let ends = run.open(&tools, &helpers).await?;
        let context = run.transfer_context(&ends, &helpers);
        let feed = run.feed(&tools, &ends, &context, earlier.is_none());
        if earlier.is_some() {
            ends.target.follow_earlier_run();
        }
        let plan = self.plan_export(table, spool, earlier)?;
        let uploads = Uploads {
            planner: Planner::new(&options, &ends, &feed.chunk_size_hint).needing_all(),
            run: &run,
            plan: &plan,
            feed: &feed,
            spooled: &spooled,
            room: &room,
        };
        let exported = Box::pin(self.through(&uploads, earlier, notes, &room)).await;
        drop(uploads);
        drop(feed);
        drop((context, ends));
        helpers.join();
        exported
    }

    async fn through(
        &self,
        uploads: &Uploads<'_>,
        earlier: Option<&Replayed>,
        notes: &mut NoteReceiver,
        room: &Arc<SpoolRoom>,
    ) -> Result<bool> {
        let plan = uploads.plan;
        let before = EarlierUploads::of(earlier)?;
        let manifest = EntryName::from(plan.manifest_name(self.options).as_str());
        let looking = async {
            before.check(uploads).await?;
            uploads.has_manifest(&manifest, &before).await
        };
        let looking = self.stop.unless_stopped(looking);
        let existing = Box::pin(uploads.run.with_service_reports(looking)).await?;
        let is_last = before.done.contains(&manifest) && existing.is_some();
        if let Some(shown) = existing.filter(|_| !before.has(&manifest)) {
            if !self.may_replace_manifest(&manifest.to_string(), &shown) {
                return Ok(false);
            }
            uploads.spooled.permit(shown);
        }

        let progress = Box::pin(self.data_files(uploads, earlier, &before, notes, room)).await?;
        let Some(text) = self.complete(plan, &progress) else {
            return Ok(false);
        };
        if !self.has_uploaded_all(uploads)? {
            return Ok(false);
        }
        if is_last {
            return Ok(true);
        }
        plan.folder.write_manifest(&manifest.to_string(), &text)?;
        Box::pin(self.manifest(uploads, &manifest, earlier, &before, notes)).await?;
        self.has_uploaded_all(uploads)
    }

    /// Whether all files that were to be uploaded are at the target. If not, and the run was not stopped, the
    /// rest is named, and is an error where no failure has been counted.
    fn has_uploaded_all(&self, uploads: &Uploads<'_>) -> Result<bool> {
        let missing = uploads.spooled.open_count();
        if self.stop.is_on() || missing == 0 {
            return Ok(missing == 0 && !self.stop.is_on());
        }
        let text = format!(
            "the export is not complete: {missing} of its file(s) are not at the destination"
        );
        if Totals::get(&self.totals.failed) == 0 {
            return Err(Error::Integrity(text));
        }
        self.observer.event(Event::Warning(&text));
        Ok(false)
    }

    /// Exports into the spool, and uploads each volume once it is closed, until all workers have ended.
    async fn data_files(
        &self,
        uploads: &Uploads<'_>,
        earlier: Option<&Replayed>,
        before: &EarlierUploads,
        notes: &mut NoteReceiver,
        room: &Arc<SpoolRoom>,
    ) -> Result<ExportProgress> {
        let spool = async |queue: &mut Queue| {
            if let Some(earlier) = earlier {
                uploads.take_up(earlier, before, queue).await?;
            }
            let workers = self.start_workers(uploads.plan, Some(room))?;
            self.exported(uploads.plan, workers, async |volume: &ClosedVolume| {
                // The blob is not begun before its name is safe: a later run knows it then.
                self.recorder.flush();
                uploads.volume(&volume.name, queue).await
            })
            .await
        };
        // The future is large and is awaited once.
        Box::pin(self.while_workers_upload(uploads.run, notes, spool)).await
    }

    /// Uploads the manifest, which is in the spool.
    async fn manifest(
        &self,
        uploads: &Uploads<'_>,
        name: &EntryName,
        earlier: Option<&Replayed>,
        before: &EarlierUploads,
        notes: &mut NoteReceiver,
    ) -> Result<()> {
        let queue_manifest =
            async |queue: &mut Queue| uploads.manifest(name, earlier, before, queue).await;
        self.while_workers_upload(uploads.run, notes, queue_manifest)
            .await
    }

    /// Starts the workers, fills their queue with `fill`, and returns when they have ended.
    ///
    /// Fails when all workers have ended before the queue was full: nobody would take from it.
    async fn while_workers_upload<T>(
        &self,
        run: &Run<'_>,
        notes: &mut NoteReceiver,
        fill: impl AsyncFnOnce(&mut Queue) -> Result<T>,
    ) -> Result<T> {
        let (workers, mut queue, events, controller) = self.resources.start(self.stop, OPEN_MAX);
        let (alive, ended) = oneshot::channel::<()>();
        let fill = async {
            let filled = fill(&mut queue).await;
            queue.close().await;
            filled
        };
        let (filled, lost) = tokio::join!(
            async {
                tokio::select! {
                    biased;
                    filled = fill => filled,
                    _ = ended => Err(no_workers()),
                }
            },
            async {
                let lost = run.listen(events, notes, controller).await;
                drop(alive);
                lost
            }
        );
        workers.join()?;
        match (filled, lost) {
            (Err(_), Some(lost)) if !self.stop.is_on() => Err(lost),
            (filled, _) => filled,
        }
    }
}

impl EarlierUploads {
    /// Whether earlier runs uploaded the file, or planned to.
    fn has(&self, name: &EntryName) -> bool {
        self.done.contains(name) || self.pending.contains(name)
    }
}

impl Uploads<'_> {
    /// The address of the manifest, if the target has an object there. If everything may be replaced, only a
    /// manifest of an earlier run is looked for.
    async fn has_manifest(
        &self,
        name: &EntryName,
        before: &EarlierUploads,
    ) -> Result<Option<String>> {
        let is_done = before.done.contains(name);
        if self.run.options.conflict.is_blind() && !is_done {
            return Ok(None);
        }
        let Some(target) = self.planner.target_of(name, None) else {
            return Ok(None);
        };
        let store = &self.feed.ends.target;
        let is_there = match store.stat(self.feed.tools, &target).await {
            Ok(found) => found.is_some(),
            // Without the permission to look, the record of the earlier run counts.
            Err(error) if is_done && matches!(error.status(), Some(401 | 403)) => true,
            Err(error) => return Err(error.at(Side::Target)),
        };
        Ok(is_there.then(|| store.shown(&target)))
    }
}

fn no_workers() -> Error {
    let text = "all threads that upload have ended before the export had";
    transport::Error::new(transport::Kind::Limit, text).into()
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
        posix: PosixOptions::default(),
        sync_copy: false,
        ..options.clone()
    }
}
