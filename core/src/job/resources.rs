//! Divides what the run may use of this machine: memory, descriptors, connections, threads.

use std::num::NonZero;
use std::sync::Arc;
use std::thread::JoinHandle;

use azring_transport as transport;
use azring_transport::buffer::{Budget, LARGE_BYTES, MemoryPressure, Pool};
use azring_transport::client::{Client, Settings};
use azring_transport::descriptor::{DescriptorBudget, raise_descriptor_limit};
use azring_transport::disk::durability::{DurabilityMode, DurabilityQueue};
use azring_transport::disk::{Disk, DiskLoad};
use azring_transport::runtime::IoChoice;
use azring_transport::tls::Trust;
use azring_transport::traffic::Traffic;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::controller::{Controller, ControllerInputs, WorkSource};
use super::outage::OutageReporter;
use crate::Result;
use crate::digest::Hashers;
use crate::location::Location;
use crate::options::{Durability, Engine, Io, Options};
use crate::plan::chunks::CHUNK_BYTES_MIN;
use crate::plan::route::{Direction, Route, Way};
use crate::report::Totals;
use crate::schedule::gate::WorkerPermits;
use crate::schedule::limits::{CONCURRENCY_MAX, usual, workers};
use crate::schedule::remembered::Remembered;
use crate::schedule::tuner::Range;
use crate::schedule::{ChunkSizeHint, Gate, OpenFiles};
use crate::stop::Stop;
use crate::store::{Ends, Tools};
use crate::transfer::{Queue, queue};
use crate::transfer::{WorkerEvent, WorkerPool};

/// Requests of a copy through a pipe that carry no block: to inspect, to create, to commit.
const BESIDE_THE_BLOCKS: u32 = 1;

/// The resources that a run may use.
pub(super) struct Resources {
    settings: Arc<Settings>,
    cores: u32,
    range: Range,
    workers: u32,
    remembered: Option<Remembered>,
    budget: Budget,
    /// The user chose neither memory nor concurrency.
    spares_memory: bool,
    /// The memory of each worker, mapped before any thread takes address space, and the count of
    /// tasks that wait for memory.
    pools: Vec<Pool>,
    shortage: Arc<MemoryPressure>,
    descriptors: DescriptorBudget,
    io: IoChoice,
    chunk_size_hint: ChunkSizeHint,
    /// The longest chunk that is wanted under the cap on the rate, in bytes.
    capped_chunk_bytes: Option<u64>,
}

impl Resources {
    /// Divides what the options and the limits allow.
    pub(super) fn of(options: &Options, route: Route, totals: &Arc<Totals>) -> Result<Self> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get) as u32;
        let total = options
            .engine
            .memory_bytes
            .unwrap_or_else(Budget::default_total);
        let asked = options.engine.concurrency;
        let wanted = workers(cores, usual(asked, cores));
        let descriptors = DescriptorBudget::divide(raise_descriptor_limit(), wanted)?;
        let connections = descriptors.worker_connections * descriptors.workers;
        let most = connections.min(match asked {
            Some(_) => CONCURRENCY_MAX,
            None => Budget::connections_max(total) as u32,
        });
        let remembered = remembered_name(options, route)
            .zip(options.engine.remember_in.as_deref())
            // A verification reads both ends, which says little about a copy.
            .filter(|_| asked.is_none() && options.verify.is_none())
            .map(|(place, folder)| Remembered::new(folder, &place));
        let usual = usual(asked, cores);
        let number = remembered.as_ref().and_then(Remembered::number);
        let start = number.unwrap_or(usual).min(most);
        let range = Range {
            start,
            least: 1,
            most: if asked.is_some() {
                start
            } else {
                most.min(CONCURRENCY_MAX)
            },
            is_fixed: asked.is_some(),
            block_bytes: options.upload.block_bytes,
            keeps_block_bytes: options.upload.keeps_block_bytes,
        };
        let workers = workers(cores, usual.min(most)).min(descriptors.workers);
        let (budget, workers) = Budget::divide_for_blocks(
            total,
            workers.into(),
            range.most.into(),
            queue::QUEUED_MAX as u64,
            block_in_memory(options, route),
        )?;
        let workers = workers as u32;
        let shortage = Arc::<MemoryPressure>::default();
        let pools: transport::Result<Vec<Pool>> = (0..workers)
            .map(|_| Pool::sharing(budget.arena_bytes, 2, &shortage))
            .collect();
        let settings = Arc::new(settings(options, totals)?);
        let capped_chunk_bytes = options.engine.bytes_per_second_max.map(capped_chunk);
        let chunk_size_hint = ChunkSizeHint::default();
        if let Some(bytes) = capped_chunk_bytes {
            chunk_size_hint.set(bytes);
        }
        Ok(Self {
            settings,
            cores,
            range,
            workers,
            remembered,
            budget,
            spares_memory: asked.is_none() && options.engine.memory_bytes.is_none(),
            pools: pools?,
            shortage,
            descriptors,
            io: io_choice(options.engine.io),
            chunk_size_hint,
            capped_chunk_bytes,
        })
    }

    /// The reporter of services that cannot be reached.
    pub(super) fn outage_reporter(&self) -> OutageReporter {
        let (traffic, clock) = (&self.settings.traffic, &self.settings.clock);
        OutageReporter::new(Arc::clone(traffic), Arc::clone(clock))
    }

    /// What the clients of further threads need.
    pub(super) fn client_settings(&self) -> Arc<Settings> {
        Arc::clone(&self.settings)
    }

    /// Threads that may export ranges of a table at once: `/NC`, or one for each core.
    pub(super) fn exports_max(&self) -> u32 {
        if self.range.is_fixed {
            self.range.start
        } else {
            self.cores
        }
    }

    /// The coordinator's tools: connections of its own, and threads for files, since it only
    /// inspects them.
    pub(super) fn tools(&self) -> Result<Tools> {
        self.tools_with(self.descriptors.coordinator_connections)
    }

    fn tools_with(&self, connections: u32) -> Result<Tools> {
        let client = Client::with_connections(Arc::clone(&self.settings), connections as usize)?;
        Ok(Tools {
            client,
            disk: Disk::threads(),
            pool: Pool::new(0, 8)?,
        })
    }

    /// The tools, the permits and the controller of a run without workers, which has all the memory
    /// for data.
    pub(super) fn alone(&self) -> Result<(Tools, WorkerPermits, Controller)> {
        let bytes = self.budget.arena_bytes * u64::from(self.workers);
        let gate = self.gate(1);
        let permits = gate.worker(0);
        let tools = Tools {
            pool: Pool::new(bytes, permits.granted() as usize)?,
            ..self.tools_with(self.range.most + BESIDE_THE_BLOCKS)?
        };
        Ok((
            tools,
            permits,
            self.controller(gate, Default::default(), WorkSource::Permits),
        ))
    }

    /// The controller of threads that export ranges and have no permits. It measures, and leaves their number.
    pub(super) fn observer_of_exports(&self) -> Controller {
        let threads = self.exports_max();
        let gate = Gate::fixed(1, threads);
        let range = Range {
            start: threads,
            least: threads,
            most: threads,
            ..self.range
        };
        Controller::new(ControllerInputs {
            range,
            remembered: None,
            ..self.controller_inputs(gate, Default::default(), WorkSource::Requests)
        })
    }

    /// Folders of a local target that may stay open.
    pub(super) fn folders_max(&self) -> usize {
        self.descriptors.folders as usize
    }

    /// Objects that may be inspected at once.
    pub(super) fn inspections_max(&self) -> usize {
        self.descriptors.looks as usize
    }

    /// The descriptors for the files of objects between these ends.
    pub(super) fn open_files(&self, ends: &Ends) -> OpenFiles {
        let per_object = ends.source.descriptors() + ends.target.descriptors();
        OpenFiles::new(self.descriptors.object_files, per_object)
    }

    /// The chunk size that the controller wants, as it changes.
    pub(super) fn chunk_size_hint(&self) -> ChunkSizeHint {
        self.chunk_size_hint.clone()
    }

    /// Starts the threads that serve all workers.
    pub(super) fn helpers(&self, options: &Options) -> Helpers {
        let safety = match options.download.durability {
            Durability::Batch => DurabilityMode::Batch,
            Durability::File => DurabilityMode::File,
            Durability::Off => DurabilityMode::Off,
        };
        let (durability, settling) = DurabilityQueue::start(safety);
        let (hashers, hashing) = Hashers::start(self.cores as usize);
        Helpers {
            durability,
            hashers,
            threads: hashing.into_iter().chain(settling).collect(),
        }
    }

    /// Starts the workers.
    ///
    /// Returns their threads, the queue that they take from, in which `open_max` large objects take
    /// turns, their events, and their controller.
    pub(super) fn start(
        &self,
        stop: &Stop,
        open_max: usize,
    ) -> (
        WorkerThreads,
        Queue,
        UnboundedReceiver<WorkerEvent>,
        Controller,
    ) {
        let gate = self.gate(self.workers);
        let disk = Arc::new(DiskLoad::default());
        let memory = Arc::clone(&self.shortage);
        let pool = WorkerPool {
            io: self.io,
            disk: Arc::clone(&disk),
            spares_memory: self.spares_memory,
            pools: self.pools.clone(),
            gate: gate.clone(),
            workers: self.workers,
            settings: Arc::clone(&self.settings),
            connections: self.descriptors.worker_connections,
            stop: stop.clone(),
        };
        let (queue, works) = Queue::new(open_max);
        let (sender, events) = unbounded_channel();
        let threads = pool.start(&works, &sender);
        let work = WorkSource::Queue(works.downgrade());
        let controller = self.controller(gate, (disk, memory), work);
        (WorkerThreads(threads), queue, events, controller)
    }

    /// The limit of concurrent requests for this many workers.
    fn gate(&self, workers: u32) -> Gate {
        if self.range.is_fixed {
            Gate::fixed(workers, self.range.start)
        } else {
            Gate::opening(workers, self.range.start)
        }
    }

    fn controller(
        &self,
        gate: Gate,
        seen: (Arc<DiskLoad>, Arc<MemoryPressure>),
        work: WorkSource,
    ) -> Controller {
        Controller::new(self.controller_inputs(gate, seen, work))
    }

    fn controller_inputs(
        &self,
        gate: Gate,
        (disk, memory): (Arc<DiskLoad>, Arc<MemoryPressure>),
        work: WorkSource,
    ) -> ControllerInputs {
        ControllerInputs {
            range: Range {
                least: gate.least(),
                ..self.range
            },
            gate,
            traffic: Arc::clone(&self.settings.traffic),
            disk,
            memory,
            chunk_size_hint: self.chunk_size_hint.clone(),
            capped_chunk_bytes: self.capped_chunk_bytes,
            work,
            cores: self.cores,
            remembered: self.remembered.clone(),
        }
    }
}

/// The name under which the number of requests is remembered: the service's host, and the
/// direction.
fn remembered_name(options: &Options, route: Route) -> Option<String> {
    let endpoint = |end: &Location| {
        let place = end.account_place()?;
        Some(place.account.endpoint.to_string())
    };
    let (source, target) = (endpoint(&options.source), endpoint(&options.target));
    Some(match route.direction {
        Direction::Upload => format!("up:{}", target?),
        Direction::Download => format!("down:{}", source?),
        Direction::ServiceToService => format!("through:{}:{}", source?, target?),
    })
}

/// The largest block that has to be in memory as a whole, as far as that is known before the first
/// file.
fn block_in_memory(options: &Options, route: Route) -> u64 {
    let usual = LARGE_BYTES as u64;
    // The files of an export to blobs are uploaded.
    let is_to_blobs = route.writes_blobs || route.way == Way::Export;
    let is_in_blocks = is_to_blobs && options.upload.is_in_blocks();
    // A file that needs no checksum is read while it is sent.
    let is_in_slices =
        route.reads_files && !options.integrity.crc64 && !options.integrity.store_md5;
    match route.way {
        Way::Stream | Way::Export if is_in_blocks && !is_in_slices => {
            options.upload.block_bytes.max(usual)
        }
        Way::Stream | Way::ServerCopy | Way::Pipe | Way::Export | Way::Import => usual,
    }
}

/// Threads that serve all workers, and the channels to them.
pub(super) struct Helpers {
    /// Makes files durable.
    pub(super) durability: DurabilityQueue,
    /// Computes MD5.
    pub(super) hashers: Hashers,
    threads: Vec<JoinHandle<()>>,
}

impl Helpers {
    /// Waits for the threads. All other channels to them must be dropped before.
    pub(super) fn join(self) {
        let Self {
            durability,
            hashers,
            threads,
        } = self;
        drop((durability, hashers));
        for thread in threads {
            // A thread that panicked has reported it; its objects count as not done.
            let _ended = thread.join();
        }
    }
}

/// The threads of the workers.
pub(super) struct WorkerThreads(Vec<JoinHandle<()>>);

impl WorkerThreads {
    /// Waits for all workers; fails when one panicked.
    pub(super) fn join(self) -> Result<()> {
        for thread in self.0 {
            let broke = |_| {
                transport::Error::new(
                    transport::Kind::Limit,
                    "a worker thread panicked; its objects are not done",
                )
            };
            thread.join().map_err(broke)?;
        }
        Ok(())
    }
}

fn io_choice(io: Io) -> IoChoice {
    match io {
        Io::Auto => IoChoice::Auto,
        Io::Ring => IoChoice::Ring,
        Io::Threads => IoChoice::Threads,
    }
}

/// What all connections of the run have in common. Their requests count in `totals`.
pub(super) fn settings(options: &Options, totals: &Totals) -> Result<Settings> {
    Ok(Settings {
        retries: Arc::clone(&totals.retries),
        traffic: capped(Arc::clone(&totals.traffic), &options.engine),
        ..client_settings(&options.engine)?
    })
}

/// The counters of the requests, under the cap that the user has set.
fn capped(traffic: Arc<Traffic>, engine: &Engine) -> Arc<Traffic> {
    if let Some(bytes_per_second) = engine.bytes_per_second_max {
        traffic.set_cap(bytes_per_second);
    }
    traffic
}

/// The longest chunk under a cap of so many bytes per second: half a second of it. A longer one would move in
/// jumps.
fn capped_chunk(bytes_per_second: f64) -> u64 {
    ((bytes_per_second / 2.0) as u64).max(CHUNK_BYTES_MIN)
}

/// What a client takes over from the engine: certificates, addresses, proxies and patience.
pub(super) fn client_settings(engine: &Engine) -> Result<Settings> {
    let trust = match &engine.ca_file {
        Some(path) => Trust::with_file(path)?,
        None => Trust::platform(),
    };
    Ok(Settings {
        trust,
        resolve: Arc::clone(&engine.resolve),
        proxies: Arc::clone(&engine.proxies),
        give_up: engine.give_up,
        traffic: capped(Arc::default(), engine),
        ..Settings::default()
    })
}
