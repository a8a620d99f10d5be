//! A run from its beginning to its summary, around whichever command it runs.

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use azring_transport::runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;

use super::failure_limit::FailureLimit;
use super::move_queue::MoveQueue;
use super::outage::OutageReporter;
use super::outcome::Settlement;
use super::recorder::JournalRecorder;
use super::resources::Resources;
use super::shard::ShardPlanning;
use super::{credentials, earlier_runs};
use crate::journal::{Record, Replayed, Session};
use crate::location::plain_text_warning;
use crate::options::Options;
use crate::plan::history::{Note, NoteSink};
use crate::plan::route::{Route, Way};
use crate::report::{Deletions, Event, Observer, Summary, Totals};
use crate::stop::Stop;
use crate::{Error, Result};

/// Runs the copy that `options` describe and reports its events to `observer`.
///
/// Returns when every object has ended or, once `stop` is on, when the chunks in flight have.
///
/// With a `session` the run is recorded in its journal and goes on where an earlier run stopped. The
/// journal is removed when nothing is left to do.
///
/// # Errors
///
/// Fails when the run could not begin or go on: a location that cannot be reached, a ring that was
/// demanded and is refused. Failures of single objects are in the summary. A stopped run has a summary
/// too, wherever it was stopped.
pub fn run(
    options: &Options,
    session: Option<Session>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    run_with(options, session, None, observer, stop)
}

/// The same, or, with a plan, the listing that fills its shards.
pub(super) fn run_with(
    options: &Options,
    session: Option<Session>,
    planning: Option<&ShardPlanning<'_>>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    let route = Route::of(options)?;
    let resources = Resources::of(options, route, &totals)?;
    let (journal, earlier) = match session {
        Some(Session { journal, resumed }) => (Some(journal), resumed),
        None => (None, None),
    };
    let (note_sender, notes) = unbounded_channel();
    // The receiver is gone once the run is over.
    let note_sink: NoteSink = Arc::new(move |seq, note| drop(note_sender.send((seq, note))));
    let recorder = JournalRecorder::new(journal, note_sink);
    if let Some(earlier) = &earlier {
        earlier_runs::count(earlier, &totals, Totals::add);
        recorder.append(&Record::Run { begun: now() });
    }
    let runs_before = earlier.as_ref().map(earlier_runs::text);
    report_start((options, route.way), &totals, earlier.as_ref(), observer);
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
        deletions: RefCell::default(),
        moves: options.moves.map(|_| MoveQueue::default()),
    };
    let unlisted = LocalSet::new().block_on(&coordinator, async {
        match planning {
            // The future is large and is awaited once.
            Some(planning) => Box::pin(run.plan_shards(planning)).await,
            None => run.command(earlier, notes).await,
        }
    });
    let unlisted = if stop.is_on() {
        Ok(unlisted.unwrap_or_else(|error| after_stop(&error, observer)))
    } else {
        unlisted
    };
    let mut counted = Summary {
        deletions: run.deletions.take(),
        moved: run.moves.as_ref().map(MoveQueue::deleted),
        elapsed: begun.elapsed(),
        unlisted: unlisted.as_ref().map_or(0, |unlisted| *unlisted),
        ended_by: stop.reason(),
        earlier_runs: runs_before,
        entities: match route.way {
            Way::Export | Way::Import => Some(Totals::get(&totals.entities)),
            Way::Stream | Way::ServerCopy | Way::Pipe => None,
        },
        ..Summary::of(&totals)
    };
    if stop.is_on() {
        let ended = counted.done + counted.skipped + counted.failed;
        counted.interrupted = counted.listed.saturating_sub(ended);
    }
    let has_all = unlisted.is_ok() && counted.is_success() && !stop.is_on();
    let is_untouched = counted.listed == 0 && counted.earlier_runs.is_none();
    if unlisted.is_ok() && !stop.is_on() {
        recorder.append(&Record::Ended);
    }
    recorder.end(has_all || is_untouched, observer);
    unlisted.map(|_| counted)
}

/// Reports the start of the run, what it resumes, and warnings about its locations.
fn report_start(
    (options, way): (&Options, Way),
    totals: &Arc<Totals>,
    earlier: Option<&Replayed>,
    observer: &dyn Observer,
) {
    observer.event(Event::Started { totals });
    if let Some(earlier) = earlier {
        let counts = earlier.counts();
        let is_new_shard = options.shard.is_some() && counts.done + counts.skipped == 0;
        if !is_new_shard {
            observer.event(Event::Notice(&earlier_runs::resume_notice(earlier)));
        }
    }
    if options.engine.bytes_per_second_max.is_some() && way == Way::ServerCopy {
        observer.event(Event::Notice(
            "the cap on the rate concerns bytes that pass through this machine, and here the service copies by itself",
        ));
    }
    for location in [&options.source, &options.target] {
        if let Some(warning) = plain_text_warning(location, &options.engine.resolve) {
            observer.event(Event::Warning(&warning));
        }
    }
}

/// A stopped run ends with its counts, even where it could not have gone on: the error is a warning
/// then. No part of the source counts as unlisted.
fn after_stop(error: &Error, observer: &dyn Observer) -> u64 {
    if !matches!(error.bare(), Error::Stopped) {
        observer.event(Event::Warning(&error.to_string()));
    }
    0
}

/// What all parts of a run use.
pub(super) struct Run<'a> {
    pub(super) options: &'a Options,
    pub(super) route: &'a Route,
    pub(super) resources: &'a Resources,
    pub(super) totals: &'a Arc<Totals>,
    pub(super) recorder: &'a JournalRecorder,
    pub(super) observer: &'a dyn Observer,
    pub(super) stop: &'a Stop,
    pub(super) limit: &'a FailureLimit,
    pub(super) outages: RefCell<OutageReporter>,
    /// Notices of the services that were reported: both ends may be one service.
    pub(super) noticed: RefCell<HashSet<String>>,
    /// What a sync deleted.
    pub(super) deletions: RefCell<Option<Deletions>>,
    /// What a move has copied and not deleted yet.
    pub(super) moves: Option<MoveQueue>,
}

impl Run<'_> {
    /// Runs the command; returns how many parts of the source could not be listed.
    async fn command(
        &self,
        earlier: Option<Replayed>,
        notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        credentials::check(self.options)?;
        if let Some(sync) = &self.options.sync {
            // The future is large and is awaited once.
            return Box::pin(self.sync(sync, earlier, notes)).await;
        }
        if let Some(verify) = self.options.verify {
            // The future is large and is awaited once.
            return Box::pin(self.verify(verify, notes)).await;
        }
        if self.moves.is_some() {
            self.check_moved_kind()?;
        }
        match self.route.way {
            Way::Pipe => self.pipe().await,
            Way::Import => self.import(earlier).await,
            Way::Export if self.options.preview => Box::pin(self.preview_export()).await,
            // The future is large and is awaited once.
            Way::Export => Box::pin(self.export(earlier, notes)).await,
            Way::Stream | Way::ServerCopy if self.options.preview => self.preview().await,
            Way::Stream | Way::ServerCopy => self.copy(earlier, notes).await,
        }
    }

    /// Where the ends of objects are counted and reported.
    pub(super) fn settlement(&self) -> Settlement<'_> {
        Settlement {
            totals: self.totals,
            observer: self.observer,
            limit: self.limit,
        }
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
