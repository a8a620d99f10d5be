//! One object in transfer, shared by the workers that transfer its chunks.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use azring_transport::buffer::Lease;
use tokio::sync::OnceCell;

use super::{CommitReceipt, CommittedObject, Outcome, TransferContext, Verdict};
use crate::digest::follower::Md5;
use crate::digest::{Follower, crc64};
use crate::entry::{ETag, Entry, Version};
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::history::Notes;
use crate::report::{Details, Totals};
use crate::schedule::gate::Permit;
use crate::schedule::open_files::ObjectFiles;
use crate::stop::Stop;
use crate::store::server_copy::CopyProgress;
use crate::store::{Committed, Copying, Reader, Sums, Tools, Writer};
use crate::{Error, Result};

/// Who moves the bytes.
pub(super) enum TransferMode {
    /// This machine.
    Stream(Arc<dyn Reader>, Arc<dyn Writer>),
    /// The target's service.
    ServerCopy(Arc<dyn Copying>),
}

/// One object in transfer.
pub struct ObjectTransfer {
    pub(super) task: Task,
    pub(super) context: Arc<TransferContext>,
    mode: OnceCell<TransferMode>,
    pub(super) follower: Option<Follower>,
    left: AtomicU32,
    failure: Mutex<Option<Error>>,
    /// When the first chunk was taken.
    begun: OnceLock<Instant>,
    /// Requests that were repeated.
    again: Arc<AtomicU32>,
    /// What was committed: the MD5 of the whole object, and the entity tag of the service.
    pub(super) md5: OnceLock<Md5>,
    etag: OnceLock<ETag>,
    /// The descriptors of its files, kept until the object has ended.
    _files: Option<ObjectFiles>,
}

impl std::fmt::Debug for ObjectTransfer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ObjectTransfer")
            .field("name", &self.task.entry.name)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

impl ObjectTransfer {
    /// An object to transfer in this context.
    pub fn new(task: Task, context: &Arc<TransferContext>) -> Self {
        let chunks = task.indices().len() as u32;
        let follower = context
            .wants_md5_of(&task)
            .then(|| Follower::new(&context.hashers, task.chunks.clone()));
        Self {
            task,
            context: Arc::clone(context),
            mode: OnceCell::new(),
            follower,
            left: AtomicU32::new(chunks),
            failure: Mutex::new(None),
            begun: OnceLock::new(),
            again: Arc::default(),
            md5: OnceLock::new(),
            etag: OnceLock::new(),
            _files: None,
        }
    }

    /// Keeps the descriptors for the object's files.
    #[must_use]
    pub fn holding(self, files: Option<ObjectFiles>) -> Self {
        Self {
            _files: files,
            ..self
        }
    }

    /// The object's task.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The outcome of an object that ended like this.
    pub fn end(&self, verdict: Verdict) -> Outcome {
        let is_at_target = matches!(verdict, Verdict::Done);
        let committed = is_at_target && self.context.is_move;
        Outcome {
            committed: committed.then(|| Box::new(self.committed_object())),
            name: self.task.entry.name.clone(),
            bytes: self.task.bytes(),
            verdict,
            details: self.details(),
            seq: self.task.history.notes.as_ref().map(Notes::seq),
        }
    }

    /// What is at the target now, for a move.
    fn committed_object(&self) -> CommittedObject {
        let receipt = match (self.etag.get(), self.mode.get()) {
            (Some(etag), _) => CommitReceipt::Version(etag.clone()),
            (None, Some(TransferMode::Stream(_, writer)))
                if !writer.sends() && !writer.is_complete() =>
            {
                CommitReceipt::File
            }
            (None, _) => CommitReceipt::Unknown,
        };
        CommittedObject {
            entry: Entry {
                carried: None,
                smb: None,
                ..self.task.entry.clone()
            },
            target: self.task.target.clone(),
            receipt,
        }
    }

    fn details(&self) -> Details {
        let entry = &self.task.entry;
        let read = match &entry.version {
            Version::Service(etag) => Some(etag),
            Version::Local { .. } => None,
        };
        let read = read.filter(|_| self.context.target.reports_source_etag());
        let begun = self.begun.get();
        Details {
            md5: self.md5.get().copied().or(entry.md5),
            etag: self.etag.get().or(read).cloned(),
            attempts: begun.map_or(0, |_| 1 + self.again.load(Ordering::Relaxed)),
            elapsed: begun.map(Instant::elapsed).unwrap_or_default(),
            is_moved: false,
        }
    }

    /// Transfers one chunk, and commits the object after its last one.
    ///
    /// Returns `None` while other chunks are in flight; otherwise what the commit still waits for.
    /// When `stop` no longer waits, the chunk in flight is dropped and the object fails.
    pub async fn carry(
        &self,
        tools: &Tools,
        index: u32,
        stop: &Stop,
        permit: &mut Permit,
    ) -> Option<Result<Committed>> {
        self.begun.get_or_init(Instant::now);
        let tools = &tools.counting(&self.again);
        if !self.has_failed()
            && let Err(error) = stop.bound(self.move_chunk(tools, index, permit)).await
        {
            self.fail(error);
        }
        let is_last = self.left.fetch_sub(1, Ordering::AcqRel) == 1;
        if is_last {
            Some(stop.bound(self.commit(tools)).await)
        } else {
            None
        }
    }

    /// Gives up one chunk without transferring it; true when it was the last.
    pub fn forgo(&self, error: Error) -> bool {
        self.fail(error);
        self.left.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Why the object failed, if it did.
    pub fn failure(&self) -> Option<Error> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn move_chunk(&self, tools: &Tools, index: u32, permit: &mut Permit) -> Result<()> {
        let Some(chunk) = self.task.chunks.get(index) else {
            return Ok(());
        };
        let early = self.lease_before_mode(tools, chunk).await?;
        let mode = self.mode(tools).await?;
        // A failure before the writer existed could not end its waiting.
        if let Some(error) = self.failure() {
            return Err(error);
        }
        let carried = match mode {
            TransferMode::Stream(reader, writer) => {
                self.move_by_stream(tools, chunk, (reader, writer), early, permit)
                    .await?
            }
            TransferMode::ServerCopy(copying) => copying.carry(tools, chunk).await?,
        };
        let totals = &self.context.totals;
        match carried {
            CopyProgress::Moved(bytes) => Totals::add(&totals.moved_bytes, bytes),
            CopyProgress::Kept(bytes) => Totals::add(&totals.kept_bytes, bytes),
        }
        Ok(())
    }

    async fn move_by_stream(
        &self,
        tools: &Tools,
        chunk: Chunk,
        (reader, writer): (&Arc<dyn Reader>, &Arc<dyn Writer>),
        early: Option<Lease>,
        permit: &mut Permit,
    ) -> Result<CopyProgress> {
        let index = chunk.index;
        if writer.is_complete() || writer.has(index) {
            let reader = writer.kept().unwrap_or(&**reader);
            self.pass_over(tools, chunk, reader, &**writer, early)
                .await?;
            return Ok(CopyProgress::Kept(chunk.bytes));
        }
        if self.needs_no_checksum()
            && writer.takes_slices(chunk)
            && let Some(slices) = reader.slices(tools, chunk)
        {
            writer.pass(tools, chunk, slices).await?;
            return Ok(CopyProgress::Moved(chunk.bytes));
        }
        let lease = self.lease(tools, chunk, early).await?;
        let filled = reader.read(tools, chunk, lease).await?;
        if !writer.sends() {
            permit.let_next();
        }
        let frozen = filled.freeze();
        let sums = self.digest(index, &frozen).await;
        writer.write(tools, chunk, frozen, sums).await?;
        Ok(CopyProgress::Moved(chunk.bytes))
    }

    /// Takes the memory of a chunk before its object has a reader and a writer, where the object has a
    /// digest. Without a digest no chunk keeps its memory for another one, and a chunk that is sent in
    /// slices needs none.
    ///
    /// The chunks of a worker must ask for memory in the order in which it took them. While one chunk
    /// waited for the reader and the writer, later chunks of the object, which the digest keeps until
    /// that chunk comes, could take all memory of its worker, and it would wait for them for ever.
    async fn lease_before_mode(&self, tools: &Tools, chunk: Chunk) -> Result<Option<Lease>> {
        let is_copied_here = self.context.server_copy.is_none();
        let waits_for_others = self.follower.is_some() && self.task.chunks.total() > 1;
        if is_copied_here && waits_for_others && !self.mode.initialized() {
            return Ok(Some(tools.pool.lease(chunk.bytes as usize).await?));
        }
        Ok(None)
    }

    /// The memory of a chunk, where it was not taken before.
    async fn lease(&self, tools: &Tools, chunk: Chunk, early: Option<Lease>) -> Result<Lease> {
        if let Some(lease) = early {
            return Ok(lease);
        }
        let lease = tools.pool.lease(chunk.bytes as usize).await?;
        // The failure of another chunk frees memory, but does not end the waiting for it.
        match self.failure() {
            Some(error) => Err(error),
            None => Ok(lease),
        }
    }

    /// Whether no checksum of the object's bytes is needed.
    fn needs_no_checksum(&self) -> bool {
        self.follower.is_none() && !self.context.integrity.crc64
    }

    /// Reads a chunk that is at the target already, if the digest of the whole object needs it.
    async fn pass_over(
        &self,
        tools: &Tools,
        chunk: Chunk,
        reader: &dyn Reader,
        writer: &dyn Writer,
        early: Option<Lease>,
    ) -> Result<()> {
        if let Some(follower) = &self.follower
            && !writer.is_complete()
        {
            let lease = self.lease(tools, chunk, early).await?;
            let filled = reader.read(tools, chunk, lease).await?;
            follower.follow(chunk.index, &filled.freeze());
        }
        Ok(())
    }

    /// Passes the chunk to the digest of the whole object.
    ///
    /// An object of one chunk waits for the digest, which is sent with the chunk.
    async fn digest(&self, index: u32, frozen: &azring_transport::buffer::Frozen) -> Sums {
        let mut sums = Sums {
            crc64: self
                .context
                .integrity
                .crc64
                .then(|| crc64::of(frozen.runs())),
            md5: None,
        };
        if let Some(follower) = &self.follower {
            follower.follow(index, frozen);
            if self.task.chunks.total() == 1 {
                sums.md5 = follower.finish().await;
            }
        }
        sums
    }

    pub(super) async fn mode(&self, tools: &Tools) -> Result<&TransferMode> {
        self.mode
            .get_or_try_init(|| async {
                let (context, task) = (&self.context, &self.task);
                if let Some(service) = &context.server_copy
                    && let Some(origin) = context.source.origin(tools, &task.entry)?
                {
                    let copying = service.begin(tools, task, origin).await?;
                    return Ok(TransferMode::ServerCopy(copying));
                }
                let reader = context.source.open(tools, &task.entry).await?;
                let writer = context.target.create(tools, task).await?;
                Ok(TransferMode::Stream(reader, writer))
            })
            .await
    }

    /// Keeps the entity tag of the new version, if it is known.
    pub fn is_now(&self, etag: Option<ETag>) {
        if let Some(etag) = etag {
            let _only_once = self.etag.set(etag);
        }
    }

    /// The run's counters.
    pub fn totals(&self) -> &Arc<Totals> {
        &self.context.totals
    }

    /// Ends the object without a commit. The part that a later run can use is made durable.
    pub async fn suspend(&self, error: &Error) {
        if let Some(TransferMode::Stream(_, writer)) = self.mode.get() {
            writer.suspend(error).await;
        }
    }

    fn has_failed(&self) -> bool {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    /// Keeps the first failure, which is the one that is reported.
    fn fail(&self, error: Error) {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(error);
        if let Some(follower) = &self.follower {
            follower.give_up();
        }
        if let Some(TransferMode::Stream(_, writer)) = self.mode.get() {
            writer.give_up();
        }
    }
}
