//! A run: the stations joined, readable from top to bottom.
//!
//! The calling thread becomes the coordinator: it lists, plans, feeds the queue and reports, while the workers carry. Its
//! two halves, the feed and the outcomes that come back, take turns on this one thread, so that an observer is never
//! called by two at once.

mod feed;

mod machine;

use std::sync::Arc;
use std::time::Instant;

use azring_transport::runtime;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::LocalSet;

use crate::options::Options;
use crate::report::{Event, Observer, Summary, Totals};
use crate::stop::Stop;
use crate::store;
use crate::transfer::{Lane, Outcome, Told, Verdict};
use crate::{Error, Result};

use feed::Feed;
use machine::Machine;

/// Copies what `options` say and tells `observer` what happens. Returns when everything has ended, or, once `stop` is on,
/// when what was in flight has.
///
/// Fails when the run could not begin or go on: a location that cannot be reached, a ring that was demanded and is
/// refused. What happens to single objects is in the summary.
pub fn run(options: &Options, observer: &dyn Observer, stop: &Stop) -> Result<Summary> {
    let begun = Instant::now();
    let totals = Arc::new(Totals::default());
    let machine = Machine::of(options, &totals)?;
    observer.event(Event::Started { totals: &totals });
    let coordinator = runtime::plain_runtime()?;
    let unlisted = LocalSet::new().block_on(
        &coordinator,
        copy(options, &machine, &totals, observer, stop),
    )?;
    Ok(Summary {
        elapsed: begun.elapsed(),
        unlisted,
        ..summary(&totals)
    })
}

/// Everything but the counting; returns how many parts of the source could not be listed.
async fn copy(
    options: &Options,
    machine: &Machine,
    totals: &Arc<Totals>,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<u64> {
    let tools = machine.tools()?;
    let help = machine.helpers(options);
    let ends = store::open(options, &tools, &help.settler).await?;
    let lane = Arc::new(Lane {
        source: Arc::clone(&ends.source),
        destination: Arc::clone(&ends.destination),
        integrity: options.integrity,
        wants_md5: ends.wants_md5,
        hashers: help.hashers.clone(),
        totals: Arc::clone(totals),
    });
    let feed = Feed {
        options,
        tools: &tools,
        ends: &ends,
        lane: &lane,
        observer,
        stop,
    };
    if options.preview {
        return feed.preview().await;
    }
    ends.destination.prepare(&tools).await?;
    let (crew, queue, told) = machine.start(stop);
    let (unlisted, lost) = tokio::join!(feed.feed(queue), listen(told, totals, observer));
    crew.join()?;
    drop((lane, ends));
    help.join();
    match lost {
        // Not one worker could start: nothing was carried, and this is why.
        Some(error) if Totals::get(&totals.done) + Totals::get(&totals.failed) == 0 => Err(error),
        _ => unlisted,
    }
}

/// Reports what the workers tell until the last one has ended; returns why a worker could not start, if one could not.
async fn listen(
    mut told: UnboundedReceiver<Told>,
    totals: &Totals,
    observer: &dyn Observer,
) -> Option<Error> {
    let (mut lost, mut mode) = (None, None);
    while let Some(what) = told.recv().await {
        match what {
            Told::Mode(of_worker) if mode.is_none() => {
                observer.event(Event::IoMode(&of_worker.to_string()));
                mode = Some(of_worker);
            }
            Told::Mode(_) => {}
            Told::Ended(outcome) => settle(&outcome, totals, observer),
            Told::Lost(error) => lost = Some(error),
        }
    }
    lost
}

/// Counts and reports how one object ended.
fn settle(outcome: &Outcome, totals: &Totals, observer: &dyn Observer) {
    let Outcome {
        name,
        bytes,
        verdict,
        details,
    } = outcome;
    let bytes = *bytes;
    Totals::add(&totals.settled_bytes, bytes);
    match verdict {
        Verdict::Done => {
            Totals::add(&totals.done, 1);
            Totals::add(&totals.done_bytes, bytes);
            observer.event(Event::Done {
                name,
                bytes,
                details,
            });
        }
        Verdict::Failed(error) => {
            Totals::add(&totals.failed, 1);
            observer.event(Event::Failed {
                name,
                bytes,
                error,
                details,
            });
        }
    }
}

fn summary(totals: &Totals) -> Summary {
    Summary {
        listed: Totals::get(&totals.listed),
        done: Totals::get(&totals.done),
        skipped: Totals::get(&totals.skipped),
        failed: Totals::get(&totals.failed),
        bytes: Totals::get(&totals.done_bytes),
        retries: Totals::get(&totals.retries),
        ..Summary::default()
    }
}
