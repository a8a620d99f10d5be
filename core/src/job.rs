//! A run: the stations joined, readable from top to bottom.
//!
//! The calling thread becomes the coordinator: it lists, plans, feeds the queue and reports, while the workers carry. Its
//! two halves, the feed and the outcomes that come back, take turns on this one thread, so that an observer is never
//! called by two at once.
//!
//! With a journal (`recorder`) what is planned and what becomes of it is written down as it happens, and a run begins
//! with what an earlier one left to do (`resume`), before it lists on. It goes on only where it copies to the same place
//! (`rerun`).
//!
//! Signatures are read before the first request (`credentials`). A service that cannot be reached is waited for and told
//! of (`outage`); many failures of one cause end the run (`failure_limit`). A run that was called off has a summary too.

mod credentials;

mod recorder;

mod feed;

mod inbox;

mod failure_limit;

mod outcome;

mod planner;

mod collision;

mod vhd_hint;

mod rerun;

mod resume;

mod resources;

mod outage;

mod pipe;

mod controller;

mod processor;

use std::cell::RefCell;
use std::collections::HashSet;
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Instant, SystemTime};

use azring_transport::runtime;
use tokio::sync::OnceCell;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;

use crate::journal::{DoneObjects, Record, Replayed, Session};
use crate::location::plain_text_warning;
use crate::options::Options;
use crate::plan::history::{Note, Take};
use crate::plan::route::{Route, Way};
use crate::report::{Event, Observer, Summary, Totals};
use crate::schedule::limits::{HASHED_MAX, OPEN_MAX};
use crate::stop::Stop;
use crate::store;
use crate::transfer::{TransferContext, WorkerEvent};
use crate::{Error, Result};

use controller::Controller;
use failure_limit::FailureLimit;
use feed::Feed;
use inbox::EventInbox;
use outage::{LOOK_EVERY, OutageReporter};
use outcome::Settlement;
use recorder::JournalRecorder;
use resources::Resources;

/// Copies what `options` say and tells `observer` what happens. Returns when everything has ended, or, once `stop` is on,
/// when what was in flight has.
///
/// With a `session` the run is written down in its journal and goes on where an earlier run of it stopped. The journal is
/// taken away when nothing is left to do.
///
/// Fails when the run could not begin or go on: a location that cannot be reached, a ring that was demanded and is
/// refused. What happens to single objects is in the summary. A run that was called off has one too, wherever it was.
pub fn run(
    options: &Options,
    session: Option<Session>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    let route = Route::of(options)?;
    let resources = Resources::of(options, &route, &totals)?;
    let (journal, earlier) = match session {
        Some(Session { journal, resumed }) => (Some(journal), resumed),
        None => (None, None),
    };
    let (noting, notes) = unbounded_channel();
    // Nobody listens any more once the run is over.
    let take: Take = Arc::new(move |seq, note| drop(noting.send((seq, note))));
    let recorder = JournalRecorder::new(journal, take);
    if let Some(earlier) = &earlier {
        count_earlier(earlier, &totals, Totals::add);
        recorder.append(&Record::Run { begun: now() });
    }
    let earlier_runs = earlier.as_ref().map(rerun::earlier_runs);
    observer.event(Event::Started { totals: &totals });
    if let Some(earlier) = &earlier {
        observer.event(Event::Notice(&rerun::told(earlier)));
    }
    for location in [&options.source, &options.target] {
        if let Some(warning) = plain_text_warning(location, &options.engine.resolve) {
            observer.event(Event::Warning(&warning));
        }
    }
    let coordinator = runtime::plain_runtime()?;
    let run = Run {
        options,
        route: &route,
        resources: &resources,
        totals: &totals,
        recorder: &recorder,
        observer,
        stop,
        limit: &FailureLimit::new(stop),
        outages: RefCell::new(resources.outage_reporter()),
        noticed: RefCell::default(),
    };
    let copied = LocalSet::new().block_on(&coordinator, run.copy(earlier, notes));
    let copied = if stop.is_on() {
        Ok(copied.unwrap_or_else(|error| called_off(&error, observer)))
    } else {
        copied
    };
    let mut counted = Summary {
        elapsed: begun.elapsed(),
        unlisted: copied.as_ref().map_or(0, |unlisted| *unlisted),
        ended_by: stop.reason(),
        earlier_runs,
        ..summary(&totals)
    };
    if stop.is_on() {
        let ended = counted.done + counted.skipped + counted.failed;
        counted.interrupted = counted.listed.saturating_sub(ended);
    }
    let has_all = copied.is_ok() && counted.is_success() && !stop.is_on();
    let is_untouched = counted.listed == 0 && counted.earlier_runs.is_none();
    if copied.is_ok() && !stop.is_on() {
        recorder.append(&Record::Ended);
    }
    recorder.end(has_all || is_untouched, observer);
    copied.map(|_| counted)
}

/// A run that was called off ends with its counts, also where it could not have gone on: why not is told. No part of the
/// source counts as one that could not be listed.
fn called_off(error: &Error, observer: &dyn Observer) -> u64 {
    if !matches!(error.bare(), Error::Stopped) {
        observer.event(Event::Warning(&error.to_string()));
    }
    0
}

/// What the parts of a run have in common.
struct Run<'a> {
    options: &'a Options,
    route: &'a Route,
    resources: &'a Resources,
    totals: &'a Arc<Totals>,
    recorder: &'a JournalRecorder,
    observer: &'a dyn Observer,
    stop: &'a Stop,
    limit: &'a FailureLimit,
    outages: RefCell<OutageReporter>,
    /// What was told of the services' dialects: both ends may be one service.
    noticed: RefCell<HashSet<String>>,
}

impl Run<'_> {
    /// Everything but the counting; returns how many parts of the source could not be listed.
    async fn copy(
        &self,
        earlier: Option<Replayed>,
        notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        let Self {
            options,
            route,
            resources,
            totals,
            observer,
            stop,
            ..
        } = *self;
        credentials::check(options)?;
        if route.way == Way::Pipe {
            // What passes is not there a second time: the journal has nothing to say about it.
            let (tools, share, mut controller) = resources.alone()?;
            let copied = tokio::select! {
                copied = pipe::copy(options, route, &tools, &share, self.settlement(), stop) => copied,
                never = self.steer(&mut controller) => match never {},
                never = tools.client.keep_looking() => match never {},
                never = self.call_off_waits() => match never {},
            };
            self.land(controller);
            return copied.map(|()| 0);
        }
        let tools = resources.tools()?;
        let help = resources.helpers(options);
        let opening = store::open(
            options,
            route,
            &tools,
            &help.settler,
            resources.folders_max(),
        );
        // It is large, and waited for once.
        let opened = Box::pin(self.telling_of_services(stop.unless_stopped(opening)));
        let ends = opened.await?;
        let context = Arc::new(TransferContext {
            source: Arc::clone(&ends.source),
            target: Arc::clone(&ends.target),
            server_copy: ends.server_copy.clone(),
            integrity: options.integrity,
            wants_md5: ends.wants_md5,
            hashers: help.hashers.clone(),
            totals: Arc::clone(totals),
        });
        let mut feed = Feed {
            options,
            tools: &tools,
            ends: &ends,
            context: &context,
            recorder: self.recorder,
            observer,
            stop,
            limit: self.limit,
            cut: resources.cut(),
            files: resources.open_files(&ends),
            looks_max: resources.looks_max(),
            done_before: None,
            prepared: OnceCell::new(),
            is_first: earlier.is_none(),
        };
        if options.preview {
            return self.telling_of_services(feed.preview()).await;
        }
        if earlier.is_some() {
            ends.target.follow_earlier_run();
        }
        let earlier = match earlier {
            // What there is at the destination counts before the listing goes on.
            Some(earlier) => {
                if !self.telling_of_services(feed.prepare()).await? {
                    return Err(Error::Stopped);
                }
                Some(self.of_same_place(&feed, earlier).await?)
            }
            None => None,
        };
        let done_before = earlier.as_ref().filter(|earlier| earlier.is_new_listing());
        let done_before = done_before.map(DoneObjects::of).transpose()?;
        feed.done_before = done_before.as_ref();
        // What is under way when the time of a measurement is over is carried to its end: the fewer, the sooner.
        let open_max = if ends.wants_md5 && options.selection.lasts.is_none() {
            HASHED_MAX
        } else {
            OPEN_MAX
        };
        let open_max = feed.files.objects_max(open_max);
        let (pool, queue, told, controller) = resources.start(stop, open_max);
        let heard = self.listen(told, notes, controller);
        let (unlisted, lost) = tokio::join!(feed.feed(queue, earlier.as_ref()), heard);
        pool.join()?;
        for notice in ends.target.notices() {
            observer.event(Event::Notice(&notice));
        }
        drop((context, ends));
        help.join();
        match lost {
            // Not one worker could start: nothing was carried, and this is why.
            Some(error) if Totals::get(&totals.done) + Totals::get(&totals.failed) == 0 => {
                Err(error)
            }
            _ => unlisted,
        }
    }

    /// Steers, reports and records what the workers tell, until the last one has ended; returns why a worker could not start, if one
    /// could not.
    async fn listen(
        &self,
        told: UnboundedReceiver<WorkerEvent>,
        mut notes: UnboundedReceiver<(u64, Note)>,
        mut controller: Controller,
    ) -> Option<Error> {
        let (mut lost, mut mode) = (None, None);
        let mut inbox = EventInbox::new(told);
        let mut calls_off = pin!(self.call_off_waits());
        loop {
            let what = tokio::select! {
                // What is noted of an object is noted before it ends; and what is told all the time must not keep the
                // controller from looking.
                biased;
                () = controller.tick() => {
                    self.tell_of_services();
                    if controller.is_telling() {
                        self.window(&mut controller);
                    }
                    continue;
                }
                Some((seq, note)) = notes.recv() => {
                    self.recorder.note(seq, note);
                    continue;
                }
                what = inbox.next() => what,
                never = &mut calls_off => match never {},
            };
            match what {
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
                Some(WorkerEvent::Ended(outcome)) => {
                    self.recorder.ended(&outcome);
                    self.settlement().outcome(&outcome);
                }
                Some(WorkerEvent::Lost(error)) => lost = Some(error),
                None => break,
            }
        }
        self.land(controller);
        lost
    }

    /// Does this work, and tells meanwhile what is learned of the services.
    async fn telling_of_services<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                biased;
                done = &mut work => {
                    self.tell_of_services();
                    return done;
                }
                () = tokio::time::sleep(LOOK_EVERY) => self.tell_of_services(),
            }
        }
    }

    /// Tells what was learned of the services: that one cannot be reached, and what one does not know.
    fn tell_of_services(&self) {
        for location in [&self.options.source, &self.options.target] {
            for notice in location.notices() {
                if self.noticed.borrow_mut().insert(notice.clone()) {
                    self.observer.event(Event::Notice(&notice));
                }
            }
        }
        for news in self.outages.borrow_mut().look() {
            self.observer.event(Event::Outage(&news));
        }
    }

    /// Once the run is called off nobody waits for a service any more.
    async fn call_off_waits(&self) -> Infallible {
        self.stop.stopped().await;
        self.outages.borrow().call_off();
        std::future::pending().await
    }

    fn settlement(&self) -> Settlement<'_> {
        Settlement {
            totals: self.totals,
            observer: self.observer,
            limit: self.limit,
        }
    }

    /// Steers for as long as it is waited for.
    async fn steer(&self, controller: &mut Controller) -> Infallible {
        loop {
            controller.tick().await;
            self.tell_of_services();
            if controller.is_telling() {
                self.window(controller);
            }
        }
    }

    /// Nothing is under way any more. What the last, incomplete window has seen counts too.
    fn land(&self, mut controller: Controller) {
        self.tell_of_services();
        self.window(&mut controller);
        self.observer.event(Event::Measured(&controller.measured()));
        controller.land();
    }

    fn window(&self, controller: &mut Controller) {
        let window = controller.steer(self.totals);
        self.observer.event(Event::Window(&window));
    }
}

/// What earlier runs did counts as done; what failed then is tried again.
fn count_earlier(earlier: &Replayed, totals: &Totals, count: fn(&AtomicU64, u64)) {
    let counts = earlier.counts();
    count(&totals.listed, counts.listed);
    count(&totals.listed_bytes, counts.listed_bytes);
    count(&totals.done, counts.done);
    count(&totals.done_bytes, counts.done_bytes);
    count(&totals.kept_bytes, counts.done_bytes);
    count(&totals.skipped, counts.skipped);
    count(&totals.done_before, counts.done);
    count(&totals.done_before_bytes, counts.done_bytes);
    count(&totals.skipped_before, counts.skipped);
    count(
        &totals.settled_bytes,
        counts.done_bytes + counts.skipped_bytes,
    );
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

fn summary(totals: &Totals) -> Summary {
    Summary {
        listed: Totals::get(&totals.listed),
        done: Totals::get(&totals.done),
        skipped: Totals::get(&totals.skipped),
        done_before: Totals::get(&totals.done_before),
        skipped_before: Totals::get(&totals.skipped_before),
        done_before_bytes: Totals::get(&totals.done_before_bytes),
        failed: Totals::get(&totals.failed),
        interrupted: Totals::get(&totals.interrupted),
        bytes: Totals::get(&totals.done_bytes),
        retries: Totals::get(&totals.retries),
        refused: Totals::get(&totals.refused),
        listing_done: Totals::get(&totals.listing_done) > 0,
        ..Summary::default()
    }
}
