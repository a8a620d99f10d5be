//! The command `copy`: every selected object of the source gets to the target.

use std::pin::pin;
use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio::sync::mpsc::UnboundedReceiver;

use super::collision::folds_names;
use super::controller::Controller;
use super::feed::Feed;
use super::inbox::EventInbox;
use super::resources::Helpers;
use super::run::Run;
use super::sync::Comparison;
use crate::entry::Layout;
use crate::journal::{DoneObjects, Replayed};
use crate::plan::history::Note;
use crate::report::{Event, Totals};
use crate::schedule::limits::{HASHED_MAX, OPEN_MAX};
use crate::store::{self, Ends, Tools};
use crate::transfer::{Outcome, TransferContext, WorkerEvent};
use crate::{Error, Result};

impl Run<'_> {
    /// Copies; returns how many parts of the source could not be listed.
    pub(super) async fn copy(
        &self,
        earlier: Option<Replayed>,
        mut notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let ends = self.open(&tools, &helpers).await?;
        if self.moves.is_some() {
            self.check_moved_places(&ends)?;
        }
        let copying = self.copy_between(&tools, &helpers, &ends, None, earlier, &mut notes);
        // The future is large and is awaited once.
        let copied = Box::pin(copying).await;
        drop(ends);
        helpers.join();
        copied
    }

    /// Copies between these ends, of which a sync has a comparison; returns how many parts could not be listed.
    pub(super) async fn copy_between(
        &self,
        tools: &Tools,
        helpers: &Helpers,
        ends: &Ends,
        comparison: Option<&Comparison>,
        earlier: Option<Replayed>,
        notes: &mut UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        let context = self.transfer_context(ends, helpers);
        let mut feed = self.feed(tools, ends, &context, earlier.is_none());
        feed.comparison = comparison;
        let earlier = self.check_earlier(&feed, earlier).await?;
        let folds = folds_names(&*ends.target);
        let digests = earlier
            .as_ref()
            .filter(|earlier| earlier.is_new_listing() || folds)
            .map(|earlier| DoneObjects::of(earlier, folds).map(Arc::new))
            .transpose()?;
        feed.unnamed = digests
            .clone()
            .filter(|digests| folds && !digests.is_empty());
        let is_new_listing = earlier.as_ref().is_some_and(Replayed::is_new_listing);
        feed.done_before = digests.as_deref().filter(|_| is_new_listing);

        let open_max = feed.files.objects_max(self.open_max(ends));
        let (workers, queue, events, controller) = self.resources.start(self.stop, open_max);
        let copying = async {
            tokio::join!(
                feed.feed(queue, earlier.as_ref()),
                self.listen(events, notes, controller)
            )
        };
        let (unlisted, lost_worker) = match self.moves.as_ref().zip(self.options.moves) {
            None => copying.await,
            // The future is large and is awaited once.
            Some(moves) => Box::pin(self.while_deleting(moves, tools, ends, copying)).await?,
        };

        workers.join()?;
        if unlisted.is_ok() {
            // The future is large and is awaited once.
            Box::pin(self.with_service_reports(self.keep_directories(tools, ends))).await;
        }
        for notice in ends.target.notices() {
            self.observer.event(Event::Notice(&notice));
        }
        match lost_worker {
            // Not one worker could start, so nothing was transferred.
            Some(error)
                if Totals::get(&self.totals.done) + Totals::get(&self.totals.failed) == 0 =>
            {
                Err(error)
            }
            _ => unlisted,
        }
    }

    /// Opens both ends. It may take as long as a service is out of reach.
    pub(super) async fn open(&self, tools: &Tools, helpers: &Helpers) -> Result<Ends> {
        let folders_max = self.resources.folders_max();
        let opening = store::open(
            self.options,
            self.route,
            tools,
            &helpers.durability,
            folders_max,
        );
        // The future is large and is awaited once.
        Box::pin(self.with_service_reports(self.stop.unless_stopped(opening))).await
    }

    pub(super) fn transfer_context(&self, ends: &Ends, helpers: &Helpers) -> Arc<TransferContext> {
        Arc::new(TransferContext {
            source: Arc::clone(&ends.source),
            target: Arc::clone(&ends.target),
            server_copy: ends.server_copy.clone(),
            integrity: self.options.integrity,
            wants_md5: ends.wants_md5,
            hashers: helpers.hashers.clone(),
            is_move: self.moves.is_some(),
            totals: Arc::clone(self.totals),
        })
    }

    /// The listing and planning between these ends. `is_first`: the job has no earlier run.
    pub(super) fn feed<'a>(
        &'a self,
        tools: &'a Tools,
        ends: &'a Ends,
        context: &'a Arc<TransferContext>,
        is_first: bool,
    ) -> Feed<'a> {
        Feed {
            options: self.options,
            tools,
            ends,
            context,
            recorder: self.recorder,
            observer: self.observer,
            stop: self.stop,
            limit: self.limit,
            chunk_size_hint: self.resources.chunk_size_hint(),
            files: self.resources.open_files(ends),
            inspections_max: self.resources.inspections_max(),
            done_before: None,
            unnamed: None,
            comparison: None,
            moves: self.moves.as_ref(),
            prepared: OnceCell::new(),
            is_first,
        }
    }

    /// What an earlier run left to do, as far as it is true of the target as it is now.
    async fn check_earlier(
        &self,
        feed: &Feed<'_>,
        earlier: Option<Replayed>,
    ) -> Result<Option<Replayed>> {
        let Some(earlier) = earlier else {
            return Ok(None);
        };
        feed.ends.target.follow_earlier_run();
        // The target is made first: what it has now decides before the listing goes on.
        if !self.with_service_reports(feed.prepare()).await? {
            return Err(Error::Stopped);
        }
        self.of_same_place(feed, earlier).await.map(Some)
    }

    /// How many large objects are transferred at once.
    fn open_max(&self, ends: &Ends) -> usize {
        // When the time of a measurement is over, the open objects are still transferred to their end:
        // with fewer of them it ends sooner.
        if ends.wants_md5 && self.options.selection.lasts.is_none() {
            HASHED_MAX
        } else {
            OPEN_MAX
        }
    }

    /// Steers the workers, and records and reports their events until the last worker has ended.
    ///
    /// Returns why a worker could not start, if one could not.
    pub(super) async fn listen(
        &self,
        events: UnboundedReceiver<WorkerEvent>,
        notes: &mut UnboundedReceiver<(u64, Note)>,
        mut controller: Controller,
    ) -> Option<Error> {
        let (mut lost, mut mode) = (None, None);
        let mut inbox = EventInbox::new(events);
        let mut end_waits = pin!(self.end_waits_on_stop());
        loop {
            let event = tokio::select! {
                // The notes on an object are recorded before its end, and a stream of events must not keep the
                // controller from its windows.
                biased;
                () = controller.tick() => {
                    self.report_services();
                    if controller.is_telling() {
                        self.window(&mut controller);
                    }
                    continue;
                }
                Some((seq, note)) = notes.recv() => {
                    self.recorder.note(seq, note);
                    continue;
                }
                event = inbox.next() => event,
                never = &mut end_waits => match never {},
            };
            match event {
                Some(WorkerEvent::Mode(of_worker)) if mode.is_none() => {
                    self.observer.event(Event::IoMode(&of_worker.to_string()));
                    mode = Some(of_worker);
                }
                Some(WorkerEvent::Mode(_)) => {}
                Some(WorkerEvent::CopyStarted { name, id }) => {
                    self.observer.event(Event::CopyStarted {
                        name: &name,
                        copy_id: id.as_str(),
                    });
                }
                Some(WorkerEvent::Ended(outcome)) => self.ended(outcome),
                Some(WorkerEvent::Lost(error)) => lost = Some(error),
                None => break,
            }
        }
        if let Some(moves) = &self.moves {
            moves.open_wide();
        }
        self.finish(controller);
        lost
    }

    /// Records and reports the end of an object. In a move, one that is at the target is deleted first.
    fn ended(&self, mut outcome: Outcome) {
        self.recorder.ended(&outcome);
        let committed = outcome.committed.take();
        let committed = committed.filter(|object| object.entry.kind != Layout::Folder);
        match (&self.moves, committed) {
            (Some(moves), Some(committed)) => moves.push(*committed, outcome.details),
            (moves, _) => {
                if let Some(moves) = moves {
                    moves.leave();
                }
                self.settlement().outcome(&outcome);
            }
        }
    }

    /// Ends the steering when nothing is in flight any more. The last, incomplete window counts too.
    pub(super) fn finish(&self, mut controller: Controller) {
        self.report_services();
        self.window(&mut controller);
        self.observer.event(Event::Measured(&controller.measured()));
        controller.remember();
    }

    /// Steers by the window that has ended, and reports it.
    pub(super) fn window(&self, controller: &mut Controller) {
        let window = controller.steer(self.totals);
        self.observer.event(Event::Window(&window));
    }
}
