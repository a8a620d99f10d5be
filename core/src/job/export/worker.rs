//! The threads of an export: each takes a range after the other. A thread without a range splits one that another thread exports.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use azring_transport as transport;
use azring_transport::buffer::Pool;
use azring_transport::client::{Client, Settings};
use azring_transport::disk::Disk;
use azring_transport::runtime::plain_runtime;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::LocalSet;

use super::event::{ExportEvent, RangeEnd, RangeFailure};
use super::key_probe::KeyProbe;
use super::plan::ExportPlan;
use super::range::{RangeContext, RangeExport};
use super::shared_ranges::{RangeWork, SharedRanges};
use crate::Result;
use crate::dump::spool::SpoolRoom;
use crate::report::Totals;
use crate::stop::Stop;
use crate::store::Tools;
use crate::store::table::SharedPace;

/// Connections of a thread: one for the page, and one for another attempt.
const CONNECTIONS: usize = 2;

/// The threads.
pub(super) struct ExportWorkers(Vec<JoinHandle<()>>);

impl ExportWorkers {
    /// Starts so many threads on the ranges of the plan that are not done.
    ///
    /// # Errors
    ///
    /// Fails when none of them can be started.
    pub(super) fn start(
        plan: &ExportPlan,
        room: Option<&Arc<SpoolRoom>>,
        settings: &Arc<Settings>,
        threads: u32,
        stop: &Stop,
        totals: &Arc<Totals>,
    ) -> Result<(Self, UnboundedReceiver<ExportEvent>)> {
        let (sender, events) = unbounded_channel();
        let ranges = Arc::new(SharedRanges::new(plan, threads, sender.clone()));
        let pace = SharedPace::default();
        let start = |index| {
            let settings = Arc::clone(settings);
            let context = RangeContext {
                plan: plan.clone(),
                ranges: Arc::clone(&ranges),
                pace: pace.clone(),
                room: room.cloned(),
                stop: stop.clone(),
                totals: Arc::clone(totals),
                events: sender.clone(),
            };
            Builder::new()
                .name(format!("export-{index}"))
                .spawn(move || work(&context, settings))
        };
        let mut started = Vec::new();
        for index in 0..threads {
            match start(index) {
                Ok(thread) => started.push(thread),
                // The threads before it take more ranges.
                Err(_) if !started.is_empty() => break,
                Err(error) => {
                    let text = format!("cannot start a thread for the export: {error}");
                    return Err(transport::Error::new(transport::Kind::Limit, text).into());
                }
            }
        }
        Ok((Self(started), events))
    }

    /// Waits for all threads.
    ///
    /// # Errors
    ///
    /// Fails when one of them panicked.
    pub(super) fn join(self) -> Result<()> {
        for thread in self.0 {
            thread.join().map_err(|_| {
                transport::Error::new(
                    transport::Kind::Limit,
                    "a thread of the export panicked; its range is not done",
                )
            })?;
        }
        Ok(())
    }
}

fn work(context: &RangeContext, settings: Arc<Settings>) {
    let prepared = plain_runtime().map_err(Into::into).and_then(|runtime| {
        let tools = tools(settings)?;
        Ok((runtime, tools))
    });
    let (runtime, tools) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            // The range that it would have taken fails; the other threads take the others.
            if let Some(range) = context.ranges.take_waiting() {
                let split = range.closed.len() as u32;
                let failure = RangeFailure {
                    error,
                    has_volume: false,
                    split,
                };
                end(context, range.index, Err(failure));
            }
            return;
        }
    };
    LocalSet::new().block_on(&runtime, async {
        while let Some(work) = next(context).await {
            match work {
                RangeWork::Export(range) => {
                    let exported = RangeExport::new(context, &range).run(&tools).await;
                    end(context, range.index, exported);
                }
                RangeWork::Split(task) => {
                    let table = Arc::clone(&context.plan.table);
                    let probe = KeyProbe::new(&tools, table);
                    let search = probe.split_key(&task);
                    // The thread that exports the range meets what was wrong, and reports it.
                    let found = context.unless_ended(search).await;
                    context.ranges.split(&task, found.unwrap_or_default());
                }
            }
        }
    });
}

/// What the thread does next; `None` at the end, and once the run is stopped.
async fn next(context: &RangeContext) -> Option<RangeWork> {
    if context.has_ended() {
        return None;
    }
    let work = async { Ok(context.ranges.work().await) };
    context.unless_ended(work).await.ok().flatten()
}

fn tools(settings: Arc<Settings>) -> Result<Tools> {
    Ok(Tools {
        client: Client::with_connections(settings, CONNECTIONS)?,
        disk: Disk::threads(),
        pool: Pool::new(0, 1)?,
    })
}

fn end(context: &RangeContext, range: u32, end: Result<bool, RangeFailure>) {
    context.ranges.end(range);
    let ended = ExportEvent::RangeEnded(RangeEnd { range, end });
    // The receiver is gone once the run is over.
    let _is_received = context.events.send(ended);
}
