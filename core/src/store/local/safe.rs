//! Which parts of a file under way are safely on the disk, so that a later run need not fetch them again.
//!
//! Chunks are written by several workers. Every now and then what was written since the last time is made durable, on
//! the thread of `DurabilityQueue`, and then noted in the journal; never the other way round. While that is under way the next
//! batch gathers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use azring_transport as transport;
use azring_transport::disk::File;
use azring_transport::disk::durability::DurabilityQueue;
use tokio::sync::oneshot;

use crate::Error;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::Chunk;
use crate::plan::history::{Note, Notes};

/// So much is worth being made durable, in bytes.
const BATCH_BYTES_MIN: u64 = 16 << 20;

/// No more than this gathers, in bytes: what a run that is killed may have to fetch again.
const BATCH_BYTES_MAX: u64 = 64 << 20;

/// To make something durable stops the disk for a moment, so there is some time between two batches that are not full.
const BATCH_TIME_MIN: Duration = Duration::from_millis(100);

/// A slow link does not fill a batch for long; what it brought is made durable after this time all the same.
const BATCH_TIME_MAX: Duration = Duration::from_millis(500);

/// The parts of one file. Clones share them.
#[derive(Clone)]
pub(super) struct Safe(Arc<Shared>);

struct Shared {
    shown: String,
    file: File,
    notes: Notes,
    durability: DurabilityQueue,
    state: Mutex<State>,
}

struct State {
    /// Written, and not yet on the way to be made durable.
    written: ChunkRuns,
    bytes: u64,
    since: Instant,
    /// A batch is on its way.
    is_busy: bool,
    /// Told when it has come back.
    waiting: Vec<oneshot::Sender<()>>,
    failure: Option<Error>,
}

impl Safe {
    pub(super) fn new(
        shown: &str,
        file: &File,
        notes: &Notes,
        durability: &DurabilityQueue,
    ) -> Self {
        let state = State {
            written: ChunkRuns::default(),
            bytes: 0,
            since: Instant::now(),
            is_busy: false,
            waiting: Vec::new(),
            failure: None,
        };
        Self(Arc::new(Shared {
            shown: shown.to_owned(),
            file: file.clone(),
            notes: notes.clone(),
            durability: durability.clone(),
            state: Mutex::new(state),
        }))
    }

    /// A chunk was written.
    pub(super) fn written(&self, chunk: Chunk) {
        let mut state = self.lock();
        state.written.insert(chunk.index);
        state.bytes += chunk.bytes;
        if is_batch(state.bytes, state.since.elapsed()) {
            self.sync(state);
        }
    }

    /// Waits while a batch is under way and the next one is full: a run that is killed loses no more than these, however
    /// slow the disk is.
    pub(super) async fn room(&self) {
        loop {
            let back = {
                let mut state = self.lock();
                if !state.is_busy || state.bytes < BATCH_BYTES_MAX {
                    return;
                }
                let (told, back) = oneshot::channel();
                state.waiting.push(told);
                back
            };
            let _back = back.await;
        }
    }

    /// Why nothing of the file can be trusted any more, if that is so: the kernel tells that it lost bytes only once.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().failure.clone()
    }

    /// Makes everything that was written durable; returns when that is so, or has failed.
    pub(super) async fn rest(&self) {
        loop {
            let back = {
                let mut state = self.lock();
                let is_all = !state.is_busy && state.written.is_empty();
                if is_all || state.failure.is_some() {
                    return;
                }
                let (told, back) = oneshot::channel();
                state.waiting.push(told);
                self.sync(state);
                back
            };
            // An answer and a queue whose thread has ended both mean: look again.
            let _back = back.await;
        }
    }

    /// Sends what was written on its way, unless something is.
    fn sync(&self, mut state: MutexGuard<'_, State>) {
        if state.is_busy || state.failure.is_some() {
            return;
        }
        state.is_busy = true;
        state.bytes = 0;
        state.since = Instant::now();
        let batch = std::mem::take(&mut state.written);
        // Without durability the queue calls back at once, from here.
        drop(state);
        let this = self.clone();
        let file = self.0.file.clone();
        self.0
            .durability
            .sync(file, move |result| this.synced(batch, result));
    }

    fn synced(&self, batch: ChunkRuns, result: std::io::Result<()>) {
        let mut state = self.lock();
        state.is_busy = false;
        match result {
            Ok(()) if batch.is_empty() => {}
            Ok(()) => self.0.notes.note(Note::Durable(batch)),
            Err(error) => {
                let doing = format!("cannot make `{}` durable", self.0.shown);
                state.failure = Some(transport::Error::disk(doing, &error).into());
            }
        }
        for waiting in state.waiting.drain(..) {
            // Nobody waiting any more means that the run is over.
            let _unheard = waiting.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether so many bytes, gathered for so long, are to be made durable now.
fn is_batch(bytes: u64, gathered: Duration) -> bool {
    bytes >= BATCH_BYTES_MAX
        || gathered >= BATCH_TIME_MAX
        || (bytes >= BATCH_BYTES_MIN && gathered >= BATCH_TIME_MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fast_link_fills_its_batches_and_a_slow_one_does_not_wait_for_that() {
        let after = |mib: u64, ms: u64| is_batch(mib << 20, Duration::from_millis(ms));
        assert!(!after(20, 10), "flushing all the time stops the disk");
        assert!(after(64, 1), "no more may be lost");
        assert!(after(20, 100));
        assert!(!after(4, 400));
        assert!(after(4, 500));
    }
}
