//! A worker: takes chunks from the queue while it may, carries them, and tells how each object ended.

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

/// Complete files that may wait for the disk, or copies for their service, at once, per worker; beyond that, permits are held until it has caught up.
const SETTLING_MAX: usize = 4096;

/// Blocks that a worker may hold beyond those it is carrying: they are sent and wait for their object's digest.
const BLOCKS_AHEAD: usize = 4;

/// Blocks of a worker where the service is near. What is under way on such a line fits into a few blocks, and more requests
/// at once only fill memory: with 28 blocks of two workers a download takes less than 160 MiB.
const BLOCKS_NEAR: usize = 14;

/// What workers send the coordinator.
#[derive(Debug)]
pub enum WorkerEvent {
    /// How this worker reaches files.
    Mode(IoMode),
    /// The service copies an object in its own time.
    CopyStarted {
        /// The object's name at the source.
        name: EntryName,
        /// What the service calls the copy.
        id: CopyId,
    },
    /// An object has ended.
    Ended(Outcome),
    /// A worker could not start.
    Lost(Error),
}

/// What all workers of a run are given.
#[derive(Clone)]
pub struct WorkerPool {
    /// How files are to be reached.
    pub io: IoChoice,
    /// A near service gets fewer blocks: neither memory nor concurrency was asked for.
    pub spares_memory: bool,
    /// The memory of each worker.
    pub pools: Vec<Pool>,
    /// Concurrent requests of all workers together, while it moves.
    pub gate: Gate,
    /// How many workers.
    pub workers: u32,
    /// What they have at the disk, together.
    pub disk: Arc<DiskLoad>,
    /// The network's settings, shared.
    pub settings: Arc<Settings>,
    /// Connections of each worker, at most.
    pub connections: u32,
    /// The run's switch.
    pub stop: Stop,
}

impl WorkerPool {
    /// Starts the workers. They end when the queue has ended and what they carry is done; joining them waits for that.
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
        // It ends with the worker.
        tokio::task::spawn_local(async move { client.keep_looking().await });
        loop {
            let permit = permits.permit().await;
            state.tools.pool.provide_for(self.blocks(&permits));
            let Ok(work) = queue.recv().await else { break };
            tokio::task::spawn_local(Rc::clone(&state).carry(work, permit));
        }
        // Everything that was spawned holds a permit, and then perhaps a place to settle in.
        permits.idle().await;
        let _all_settled = state.settling.acquire_many(SETTLING_MAX as u32).await;
        Ok(())
    }
}

/// What the tasks of one worker permits.
struct WorkerState {
    tools: Tools,
    events: UnboundedSender<WorkerEvent>,
    settling: Arc<Semaphore>,
    poll_permits: Semaphore,
    stop: Stop,
}

impl WorkerState {
    /// Carries one chunk. What then only waits, for the disk or for a service, gives its permit back and waits on its own.
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
            // The object writes missing chunks again by itself; one that does not must not pass for done.
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
                let copied = self.watch(&*pending, bytes, &totals);
                self.end_later(object, permit, copied).await;
            }
        }
    }

    /// What only waits gives its permit back.
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

    /// Lets the object's files go before its end is events: what waits to be reported holds nothing open.
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
    // The coordinator listens until the last worker has ended.
    let _always_received = events.send(what);
}
