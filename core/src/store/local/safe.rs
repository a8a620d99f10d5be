//! Which parts of a file under way are safely on the disk, so that a later run need not fetch them again.
//!
//! Chunks are written by several workers. Every now and then what was written since the last time is made durable, on
//! the settler's thread, and then noted in the journal; never the other way round. While that is under way the next
//! batch gathers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use azring_transport as transport;
use azring_transport::disk::File;
use azring_transport::disk::settle::Settler;
use tokio::sync::oneshot;

use crate::Error;
use crate::journal::Runs;
use crate::plan::chunks::Chunk;
use crate::plan::history::{Note, Notes};

/// So much is made durable at once, in bytes: what a run that is killed may have to fetch again.
const BATCH_BYTES: u64 = 16 << 20;

/// A slow link does not fill a batch for long; what it brought is made durable after this time all the same.
const BATCH_TIME: Duration = Duration::from_millis(500);

/// The parts of one file. Clones share them.
#[derive(Clone)]
pub(super) struct Safe(Arc<Shared>);

struct Shared {
    shown: String,
    file: File,
    notes: Notes,
    settler: Settler,
    state: Mutex<State>,
}

struct State {
    /// Written, and not yet on the way to be made durable.
    written: Runs,
    bytes: u64,
    since: Instant,
    /// A batch is on its way.
    is_busy: bool,
    /// Told when it has come back.
    waiting: Vec<oneshot::Sender<()>>,
    failure: Option<Error>,
}

impl Safe {
    pub(super) fn new(shown: &str, file: &File, notes: &Notes, settler: &Settler) -> Self {
        let state = State {
            written: Runs::default(),
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
            settler: settler.clone(),
            state: Mutex::new(state),
        }))
    }

    /// A chunk was written.
    pub(super) fn written(&self, chunk: Chunk) {
        let mut state = self.lock();
        state.written.insert(chunk.index);
        state.bytes += chunk.bytes;
        if state.bytes >= BATCH_BYTES || state.since.elapsed() >= BATCH_TIME {
            self.sync(state);
        }
    }

    /// Waits while a batch is under way and the next one is full: a run that is killed loses no more than these, however
    /// slow the disk is.
    pub(super) async fn room(&self) {
        loop {
            let back = {
                let mut state = self.lock();
                if !state.is_busy || state.bytes < BATCH_BYTES {
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
            // Both an answer and a settler that has gone mean: look again.
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
        // Without durability the settler answers at once, from here.
        drop(state);
        let this = self.clone();
        let file = self.0.file.clone();
        self.0
            .settler
            .sync(file, move |result| this.synced(batch, result));
    }

    fn synced(&self, batch: Runs, result: std::io::Result<()>) {
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
