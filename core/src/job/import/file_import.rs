//! Writes the entities of one file: reads on while there is room, and sends every batch that may be sent.

use std::cell::Cell;
use std::pin::pin;
use std::sync::Arc;

use azring_transport as transport;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::Notify;

use super::export_files::DataFile;
use super::file_bytes::{FileBytes, PART_BYTES};
use super::resume_position::ResumePosition;
use crate::dump::json::{EntityScanner, ScanPosition};
use crate::report::Totals;
use crate::schedule::gate::{Permit, WorkerPermits};
use crate::stop::Stop;
use crate::store::table::{
    BatchAdmission, BatchOutcome, BatchQueue, BatchTicket, RefusedEntity, TableEntity, TableWriter,
};
use crate::store::{Source, Tools};
use crate::{Error, Result, Side};

/// Bytes of entities that a file holds before it waits for its batches: then it is not read on.
const HELD_BYTES_MAX: usize = 16 << 20;

/// Entities that may be refused before a file is given up: its cause concerns all of them.
const REFUSED_MAX: u64 = 1_000;

/// How far the position in a file moves between two records of it.
const RECORD_EVERY_BYTES: u64 = 256 << 10;

/// What all files of an import use.
#[derive(Clone, Copy)]
pub(super) struct ImportContext<'a> {
    pub(super) tools: &'a Tools,
    pub(super) source: &'a Arc<dyn Source>,
    pub(super) writer: &'a TableWriter,
    pub(super) permits: &'a WorkerPermits,
    pub(super) totals: &'a Totals,
    pub(super) stop: &'a Stop,
}

/// What is told of a file while it is imported.
pub(super) trait ImportProgress {
    /// All entities before this position are written.
    fn written_before(&self, position: ResumePosition);

    /// The service refused an entity.
    fn refused(&self, entity: &RefusedEntity);
}

/// Imports a file, from an earlier position on. Fails where entities were refused, after all others were
/// written, and where nothing can be written.
pub(super) async fn import(
    context: ImportContext<'_>,
    file: &DataFile,
    from: Option<ResumePosition>,
    progress: &dyn ImportProgress,
) -> Result<()> {
    let offset = from.map_or(0, |from| from.at.offset);
    let mut import = FileImport {
        context,
        progress,
        scanner: from.map_or_else(EntityScanner::new, |from| EntityScanner::resumed(from.at)),
        skipped_bytes: offset % PART_BYTES,
        queue: BatchQueue::default(),
        last: from.map_or(
            ScanPosition {
                offset: 0,
                depth: 0,
            },
            |from| from.at,
        ),
        recorded: offset,
        has_ended: false,
        refused: 0,
        first_refused: None,
    };
    let opened = FileBytes::open(context.tools, context.source, &file.entry, offset).await;
    let mut bytes = opened.map_err(|error| error.at(Side::Source))?;
    import.run(&mut bytes).await?;
    import.result()
}

/// Admits batches until the run is stopped or something has failed. A batch that waits for the pace of its
/// partition keeps no permit from the others.
struct RunAdmission<'a> {
    permits: &'a WorkerPermits,
    stop: &'a Stop,
    has_failed: Cell<bool>,
    /// Batches that wait for the pace of the table.
    waits: Cell<usize>,
    wait_began: Notify,
}

impl RunAdmission<'_> {
    /// Whether a batch may be begun beside so many. A batch that would only wait for a permit is not: batches are
    /// written about in the order of the file, so that a later run repeats few of them.
    fn has_room(&self, in_flight: usize) -> bool {
        in_flight - self.waits.get() < self.permits.granted() as usize
    }

    async fn wait_for_pace<T>(&self, paced: impl Future<Output = T>) -> T {
        let mut paced = pin!(paced);
        if let Some(paced) = paced.as_mut().now_or_never() {
            return paced;
        }
        let _wait = CountedWait::begin(&self.waits);
        self.wait_began.notify_one();
        paced.await
    }
}

/// Counts a wait until it is dropped.
struct CountedWait<'a>(&'a Cell<usize>);

impl<'a> CountedWait<'a> {
    fn begin(waits: &'a Cell<usize>) -> Self {
        waits.set(waits.get() + 1);
        Self(waits)
    }
}

impl Drop for CountedWait<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

impl BatchAdmission for RunAdmission<'_> {
    type Permit = Permit;

    async fn admit<T>(&self, paced: impl Future<Output = T>) -> Result<(T, Permit)> {
        let admitted = async {
            let paced = self.wait_for_pace(paced).await;
            let permit = self.permits.permit().await;
            if self.has_failed.get() {
                return Err(Error::Stopped);
            }
            Ok((paced, permit))
        };
        self.stop.unless_stopped(admitted).await
    }
}

struct FileImport<'a> {
    context: ImportContext<'a>,
    progress: &'a dyn ImportProgress,
    scanner: EntityScanner,
    /// Bytes at the beginning of the first part that an earlier run has dealt with.
    skipped_bytes: u64,
    queue: BatchQueue<ScanPosition>,
    /// The position after the last entity that was read.
    last: ScanPosition,
    /// The offset that was recorded last.
    recorded: u64,
    has_ended: bool,
    refused: u64,
    first_refused: Option<RefusedEntity>,
}

impl FileImport<'_> {
    async fn run(&mut self, bytes: &mut FileBytes) -> Result<()> {
        let ImportContext {
            tools,
            writer,
            permits,
            stop,
            ..
        } = self.context;
        let admission = RunAdmission {
            permits,
            stop,
            has_failed: Cell::new(false),
            waits: Cell::new(0),
            wait_began: Notify::new(),
        };
        let mut in_flight = FuturesUnordered::new();
        let mut failed = None;
        loop {
            let goes_on = failed.is_none() && !stop.is_on();
            admission.has_failed.set(failed.is_some());
            if !goes_on && in_flight.is_empty() {
                break;
            }
            if self.has_ended && self.queue.is_empty() {
                break;
            }
            let may_read = goes_on && !self.has_ended && self.has_room(in_flight.is_empty());
            while goes_on && admission.has_room(in_flight.len()) {
                let Some(ready) = self.queue.next_ready() else {
                    break;
                };
                let ticket = ready.ticket();
                in_flight.push(async {
                    let written = writer.write(tools, ready.batch, &admission).await;
                    (ticket, written)
                });
            }
            tokio::select! {
                biased;
                Some((ticket, ended)) = in_flight.next() => {
                    if let Err(error) = self.batch_ended(&ticket, ended) {
                        failed.get_or_insert(error);
                    }
                }
                part = bytes.next(), if may_read => {
                    let taken = match part {
                        Ok(Some(part)) => part.runs().try_for_each(|run| self.take(run)),
                        Ok(None) => self.end(),
                        Err(error) => Err(error),
                    };
                    if let Err(error) = taken {
                        failed.get_or_insert(error.at(Side::Source));
                    }
                }
                () = admission.wait_began.notified(), if goes_on => {}
                () = stop.stopped(), if goes_on => {}
            }
        }
        self.record(0);
        if let Some(error) = failed {
            return Err(error);
        }
        if stop.is_on() && !(self.has_ended && self.queue.is_empty()) {
            return Err(Error::Stopped);
        }
        Ok(())
    }

    /// Whether more of the file may be read. A file that waits for nothing must be read on: its open
    /// batches are closed then.
    fn has_room(&mut self, is_idle: bool) -> bool {
        if self.queue.held_bytes() < HELD_BYTES_MAX {
            return true;
        }
        if is_idle && !self.queue.has_ready() {
            self.queue.close_all();
        }
        false
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        let skipped = self.skipped_bytes.min(bytes.len() as u64);
        self.skipped_bytes -= skipped;
        let (queue, last) = (&mut self.queue, &mut self.last);
        self.scanner.take(&bytes[skipped as usize..], |entity| {
            queue.add(TableEntity::of_json(entity.json)?, *last);
            *last = entity.after;
            Ok(())
        })
    }

    fn end(&mut self) -> Result<()> {
        self.has_ended = true;
        self.queue.close_all();
        self.scanner.finish()
    }

    fn batch_ended(&mut self, ticket: &BatchTicket, ended: Result<BatchOutcome>) -> Result<()> {
        let outcome = match ended {
            // It was not admitted: the resumed run sends it.
            Err(error) if matches!(error.bare(), Error::Stopped) => return Ok(()),
            ended => ended.map_err(|error| error.at(Side::Target))?,
        };
        self.queue.ended(ticket);
        let totals = self.context.totals;
        Totals::add(&totals.entities, outcome.written);
        Totals::add(&totals.entities_skipped, outcome.skipped);
        Totals::add(&totals.moved_bytes, ticket.bytes());
        for entity in outcome.refused {
            self.refused += 1;
            Totals::add(&totals.entities_refused, 1);
            self.progress.refused(&entity);
            self.first_refused.get_or_insert(entity);
        }
        self.record(RECORD_EVERY_BYTES);
        if self.refused > REFUSED_MAX {
            return Err(self.refusal().unwrap_or(Error::Stopped));
        }
        Ok(())
    }

    /// Records the position, if it has moved by at least so many bytes.
    fn record(&mut self, step_bytes: u64) {
        let at = self.queue.written_before().unwrap_or(self.last);
        if at.offset >= self.recorded + step_bytes.max(1) {
            self.recorded = at.offset;
            let refused = self.refused;
            self.progress.written_before(ResumePosition { at, refused });
        }
    }

    /// The failure of a file with refused entities.
    fn refusal(&mut self) -> Option<Error> {
        let RefusedEntity { shown, error } = self.first_refused.take()?;
        let count = self.refused;
        let error: transport::Error = error.within(format!(
            "Failed to insert entities to table, {count} of them refused, first {shown}"
        ));
        Some(Error::from(error).at(Side::Target))
    }

    fn result(mut self) -> Result<()> {
        self.refusal().map_or(Ok(()), Err)
    }
}
