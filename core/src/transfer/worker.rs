//! A worker: takes chunks from the queue, transfers them, and reports how each object ended.

use std::rc::Rc;
use std::sync::Arc;
use std::thread::JoinHandle;

use async_channel::Receiver;
use azring_transport::buffer::Pool;
use azring_transport::client::{Client, Settings};
use azring_transport::disk::DiskLoad;
use azring_transport::runtime::{self, Engine, IoChoice, IoMode};
use tokio::sync::Semaphore;
use tokio::sync::mpsc::UnboundedSender;

use super::server_copy::{CopyPoll, POLLS_MAX};
use super::{ObjectTransfer, Outcome, Verdict};
use crate::entry::{ETag, EntryName};
use crate::report::Totals;
use crate::schedule::gate::{Gate, Permit, WorkerPermits};
use crate::stop::Stop;
use crate::store::server_copy::CopyId;
use crate::store::{Committed, Pending, Tools};
use crate::transfer::Work;
use crate::{Error, Result};

/// Complete files that may wait for the disk, or copies for their service, at once, per worker.
/// Beyond that, permits are held until the disk has caught up.
const SETTLING_MAX: usize = 4096;

/// Blocks of a worker beyond those in transfer: they have been sent, and wait for their object's
/// digest.
const BLOCKS_AHEAD: usize = 4;

/// Blocks of a worker when the service is near.
///
/// The bytes in flight on such a line fit into a few blocks, and more requests would only fill
/// memory: with 28 blocks of two workers a download takes less than 160 MiB.
const BLOCKS_NEAR: usize = 14;

/// What workers report to the coordinator.
#[derive(Debug)]
pub enum WorkerEvent {
    /// How this worker accesses files.
    Mode(IoMode),
    /// The service copies an object in its own time.
    CopyStarted {
        /// The object's name at the source.
        name: EntryName,
        /// The service's id of the copy.
        id: CopyId,
    },
    /// An object has ended.
    Ended(Outcome),
    /// A worker could not start.
    Lost(Error),
}

/// What all workers of a run need.
#[derive(Clone)]
pub struct WorkerPool {
    /// How files are to be accessed.
    pub io: IoChoice,
    /// A near service gets fewer blocks: the user chose neither memory nor concurrency.
    pub spares_memory: bool,
    /// The memory of each worker.
    pub pools: Vec<Pool>,
    /// The limit of concurrent requests of all workers together.
    pub gate: Gate,
    /// How many workers.
    pub workers: u32,
    /// The disk operations of all workers.
    pub disk: Arc<DiskLoad>,
    /// The network's settings, shared.
    pub settings: Arc<Settings>,
    /// Connections of each worker, at most.
    pub connections: u32,
    /// The run's switch.
    pub stop: Stop,
}

impl WorkerPool {
    /// Starts the workers. They end when the queue has ended and their chunks are done; joining
    /// waits for that.
    pub fn start(
        &self,
        queue: &Receiver<Work>,
        events: &UnboundedSender<WorkerEvent>,
    ) -> Vec<JoinHandle<()>> {
        let start = |index| {
            let (pool, queue, events) = (self.clone(), queue.clone(), events.clone());
            let work = move || pool.work(index, queue, &events);
            std::thread::Builder::new()
                .name(format!("worker {index}"))
                .spawn(work)
        };
        (0..self.workers)
            .filter_map(|index| start(index).ok())
            .collect()
    }

    fn work(&self, index: u32, queue: Receiver<Work>, events: &UnboundedSender<WorkerEvent>) {
        let permits = self.gate.worker(index);
        let pool = self.pools[index as usize].clone();
        pool.provide_for(self.blocks(&permits));
        let worked = runtime::run(self.io, pool, |engine| {
            self.serve(engine, permits, queue, events.clone())
        });
        if let Err(error) | Ok(Err(error)) = worked.map_err(Error::from) {
            send(events, WorkerEvent::Lost(error));
        }
    }

    /// How many blocks a worker may have in memory now.
    fn blocks(&self, permits: &WorkerPermits) -> usize {
        let blocks = permits.granted() as usize + BLOCKS_AHEAD;
        if self.spares_memory && self.settings.traffic.is_near() {
            blocks.min(BLOCKS_NEAR)
        } else {
            blocks
        }
    }

    async fn serve(
        &self,
        engine: Engine,
        permits: WorkerPermits,
        queue: Receiver<Work>,
        events: UnboundedSender<WorkerEvent>,
    ) -> Result<()> {
        send(&events, WorkerEvent::Mode(engine.mode.clone()));
        let connections = self.connections as usize;
        let client = Client::with_connections(Arc::clone(&self.settings), connections)?;
        let tools = Tools {
            client,
            disk: engine.disk.under(&self.disk),
            pool: engine.pool,
        };
        let state = Rc::new(WorkerState {
            tools,
            events,
            settling: Arc::new(Semaphore::new(SETTLING_MAX)),
            poll_permits: Semaphore::new(POLLS_MAX),
            stop: self.stop.clone(),
        });
        let client = state.tools.client.clone();
        // The task ends with the worker.
        tokio::task::spawn_local(async move { client.count_arrivals().await });
        loop {
            let permit = permits.permit().await;
            state.tools.pool.provide_for(self.blocks(&permits));
            let Ok(work) = queue.recv().await else { break };
            tokio::task::spawn_local(Rc::clone(&state).carry(work, permit));
        }
        // Every spawned task holds a permit, and after that perhaps a settling permit.
        permits.idle().await;
        let _all_settled = state.settling.acquire_many(SETTLING_MAX as u32).await;
        Ok(())
    }
}

/// What the tasks of one worker share.
struct WorkerState {
    tools: Tools,
    events: UnboundedSender<WorkerEvent>,
    settling: Arc<Semaphore>,
    poll_permits: Semaphore,
    stop: Stop,
}

impl WorkerState {
    /// Transfers one chunk. A commit that only waits, for the disk or for a service, returns its
    /// permit first.
    async fn carry(self: Rc<Self>, work: Work, mut permit: Permit) {
        let (object, index) = work.taken();
        if self.stop.is_on() {
            if object.forgo(Error::Stopped) {
                self.fail(object, Error::Stopped).await;
            }
            return;
        }
        let carried = object.carry(&self.tools, index, &self.stop, &mut permit);
        match carried.await {
            None => {}
            Some(Err(error)) => self.fail(object, error).await,
            Some(Ok(Committed::Done(_))) => self.end(object, Verdict::Done),
            // `commit` writes missing chunks again; if any are left, the object must not count as
            // done.
            Some(Ok(Committed::Missing(_))) => self.fail(object, Error::Stopped).await,
            Some(Ok(Committed::Settling(settling))) => {
                let settled = async { settling.await.map(|()| None) };
                self.end_later(object, permit, settled).await;
            }
            Some(Ok(Committed::Pending(pending))) => {
                let (name, id) = (object.task().entry.name.clone(), pending.id().clone());
                send(&self.events, WorkerEvent::CopyStarted { name, id });
                let bytes = object.task().entry.bytes;
                let totals = Arc::clone(object.totals());
                let copying = Arc::clone(&object);
                let copied = async {
                    let etag = self.watch(&*pending, bytes, &totals).await?;
                    copying.check_copied_version(&self.tools).await?;
                    Ok(etag)
                };
                self.end_later(object, permit, copied).await;
            }
        }
    }

    /// Returns the permit, waits for the rest of a commit, and ends the object.
    async fn end_later(
        &self,
        object: Arc<ObjectTransfer>,
        permit: Permit,
        rest: impl Future<Output = Result<Option<ETag>>>,
    ) {
        let place = self
            .settling
            .clone()
            .acquire_owned()
            .await
            .expect("places are never closed");
        drop(permit);
        let verdict = match rest.await {
            Ok(etag) => {
                object.is_now(etag);
                Verdict::Done
            }
            Err(error) => Verdict::Failed(error),
        };
        self.end(object, verdict);
        drop(place);
    }

    async fn watch(
        &self,
        pending: &dyn Pending,
        bytes: u64,
        totals: &Totals,
    ) -> Result<Option<ETag>> {
        let poll = CopyPoll {
            tools: &self.tools,
            poll_permits: &self.poll_permits,
            stop: &self.stop,
            totals,
        };
        poll.wait(pending, bytes).await
    }

    async fn fail(&self, object: Arc<ObjectTransfer>, error: Error) {
        object.suspend(&error).await;
        self.end(object, Verdict::Failed(error));
    }

    /// Ends the object. Its files are closed before the outcome is sent, so a waiting outcome keeps
    /// nothing open.
    fn end(&self, object: Arc<ObjectTransfer>, verdict: Verdict) {
        let verdict = match verdict {
            Verdict::Done => Verdict::Done,
            Verdict::Failed(error) => Verdict::Failed(self.stop.or_end_run(error)),
        };
        let outcome = object.end(verdict);
        drop(object);
        send(&self.events, WorkerEvent::Ended(outcome));
    }
}

fn send(events: &UnboundedSender<WorkerEvent>, what: WorkerEvent) {
    // The coordinator receives until the last worker has ended.
    let _always_received = events.send(what);
}
