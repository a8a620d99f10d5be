//! The chunks of an incomplete file that are durable, so that a later run need not fetch them again.
//!
//! Several workers write chunks. At intervals the chunks written since the last batch are made durable on
//! the thread of `DurabilityQueue`, and only then recorded in the journal. The next batch gathers
//! meanwhile.

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

/// The smallest batch that is made durable without delay, in bytes.
const BATCH_BYTES_MIN: u64 = 16 << 20;

/// The largest batch, in bytes. A killed run fetches at most this much again.
const BATCH_BYTES_MAX: u64 = 64 << 20;

/// The shortest time between two batches that are not full. Making a batch durable stops the disk for a
/// moment.
const BATCH_TIME_MIN: Duration = Duration::from_millis(100);

/// The longest time that a batch gathers. A slow link would not fill it for long.
const BATCH_TIME_MAX: Duration = Duration::from_millis(500);

/// The durable chunks of one file. Clones share them.
#[derive(Clone)]
pub(super) struct DurableChunks(Arc<Shared>);

struct Shared {
    shown: String,
    file: File,
    notes: Notes,
    durability: DurabilityQueue,
    state: Mutex<State>,
}

struct State {
    /// The chunks that were written since the last batch.
    written: ChunkRuns,
    /// Their bytes.
    bytes: u64,
    /// When they began to gather.
    since: Instant,
    /// A batch is being made durable.
    is_busy: bool,
    /// Waiters for the end of that batch.
    waiting: Vec<oneshot::Sender<()>>,
    failure: Option<Error>,
}

impl DurableChunks {
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

    /// Records that a chunk was written.
    pub(super) fn written(&self, chunk: Chunk) {
        let mut state = self.lock();
        state.written.insert(chunk.index);
        state.bytes += chunk.bytes;
        if is_batch(state.bytes, state.since.elapsed()) {
            self.sync(state);
        }
    }

    /// Waits while a batch is being made durable and the next one is full. So a killed run loses at most
    /// these two, however slow the disk is.
    pub(super) async fn room(&self) {
        loop {
            let ended = {
                let mut state = self.lock();
                if !state.is_busy || state.bytes < BATCH_BYTES_MAX {
                    return;
                }
                let (sender, ended) = oneshot::channel();
                state.waiting.push(sender);
                ended
            };
            let _is_answered = ended.await;
        }
    }

    /// Why the file cannot be trusted any more, if so. The kernel reports lost bytes only once.
    pub(super) fn failure(&self) -> Option<Error> {
        self.lock().failure.clone()
    }

    /// Makes all written chunks durable. Returns when they are, or when that has failed.
    pub(super) async fn finish(&self) {
        loop {
            let ended = {
                let mut state = self.lock();
                let is_all = !state.is_busy && state.written.is_empty();
                if is_all || state.failure.is_some() {
                    return;
                }
                let (sender, ended) = oneshot::channel();
                state.waiting.push(sender);
                self.sync(state);
                ended
            };
            // The state decides, whether there was an answer or the thread of the queue has ended.
            let _is_answered = ended.await;
        }
    }

    /// Hands the gathered chunks to the queue, unless it has a batch already.
    fn sync(&self, mut state: MutexGuard<'_, State>) {
        if state.is_busy || state.failure.is_some() {
            return;
        }
        state.is_busy = true;
        state.bytes = 0;
        state.since = Instant::now();
        let batch = std::mem::take(&mut state.written);
        // Without durability the queue calls back inside this call.
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
            // The waiter has gone when the run has ended.
            let _is_received = waiting.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a batch of this many bytes, gathered for this long, is made durable now.
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
