//! Writes append blobs.
//!
//! Blocks are appended one after the other. Each is appended at its own offset, and only to the
//! version that the block before it has made.

use std::sync::{Mutex, PoisonError};

use azring_transport::buffer::Frozen;

use super::Draft;
use super::begun_blob::BegunBlob;
use super::expected::is_condition;
use crate::digest::follower::Md5;
use crate::entry::ETag;
use crate::plan::Task;
use crate::plan::chunks::{Chunk, Chunks};
use crate::store::blob::properties::{BlobType, Properties};
use crate::store::blob::request::{append_block, create_blob, head_blob};
use crate::store::in_order::InOrder;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::visible_progress::{VisibleProgress, abandon};
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// An append blob being written.
pub(in crate::store::blob) struct AppendWriter {
    draft: Draft,
    order: InOrder,
    /// How many chunks from the first on an earlier run left and are not compared.
    kept_chunks: u32,
    /// The length of the blob when this run found it. Chunks below it are compared before they are
    /// taken as written.
    found_bytes: u64,
    /// The blob's version, where the last answer told it.
    last: Mutex<Option<ETag>>,
    progress: VisibleProgress,
}

impl AppendWriter {
    /// Makes the blob, empty, or continues the one that an earlier run of this job began.
    ///
    /// Nothing is appended to a blob that was there before. Of an earlier run's blob the last chunk
    /// that was acknowledged is compared, and everything after it.
    pub(in crate::store::blob) async fn create(
        draft: Draft,
        tools: &Tools,
        task: &Task,
    ) -> Result<Self> {
        if let Some(found) = BegunBlob::find(&draft, tools, task, BlobType::Append).await? {
            let found = found.properties;
            let progress = VisibleProgress::resumed(task);
            let first_run = progress.durable().iter().next();
            let first_run = first_run.filter(|(first, _)| *first == 0);
            let count = first_run.map_or(0, |(_, count)| count);
            let end = count
                .checked_sub(1)
                .and_then(|last| task.chunks.get(last))
                .map_or(0, Chunk::end);
            let ends_there = |chunk: Chunk| chunk.end() == found.bytes;
            let has_only_chunks = found.bytes == 0 || task.chunks.clone().any(ends_there);
            if has_only_chunks && end <= found.bytes {
                let kept_chunks = count.saturating_sub(1);
                return Ok(Self {
                    kept_chunks,
                    order: InOrder::starting_at(kept_chunks),
                    progress,
                    ..Self::of(draft, found.bytes, Some(found.etag))
                });
            }
        }
        let chunks = task.history.earlier.as_ref().map(|_| &task.chunks);
        let begun = Self::begin(draft, tools, chunks).await;
        let mut writer = begun.inspect_err(|error| {
            if matches!(error, Error::TargetChanged(_)) {
                abandon(task.history.notes.as_ref());
            }
        })?;
        writer.progress = BegunBlob::record(&writer.draft, tools, task).await?;
        Ok(writer)
    }

    /// Makes the blob, empty.
    ///
    /// A blob that is in the way is continued where it can only be the result of a request whose
    /// answer was lost: an empty blob, or, where an earlier run wrote an object of these chunks, some
    /// of them. They are compared before anything is appended.
    pub(super) async fn begin(
        draft: Draft,
        tools: &Tools,
        chunks: Option<&Chunks>,
    ) -> Result<Self> {
        let replace = draft.expected.replace();
        let (form, stored) = (create_blob::CreatedForm::Appended, draft.stored(None));
        let condition = Condition::of(&replace);
        let request = create_blob::request(&draft.place, &draft.name, form, stored, condition);
        let error = match tools.client.send(&request).await {
            Ok(reply) => return Ok(Self::of(draft, 0, etag(&reply))),
            Err(error) if draft.is_refused(&error) => error,
            Err(error) => return Err(draft.failure(error)),
        };
        let may_be_ours = error.attempts() > 1 || chunks.is_some();
        let found = Properties::of_head(&draft.in_the_way(tools, error).await?)?;
        let is_some_of = |chunks: &Chunks| chunks.clone().any(|chunk| chunk.end() == found.bytes);
        let is_ours = may_be_ours
            && found.blob_type == Some(BlobType::Append)
            && (found.bytes == 0 || chunks.is_some_and(is_some_of));
        if is_ours {
            Ok(Self::of(draft, found.bytes, Some(found.etag)))
        } else {
            Err(draft.not_ours())
        }
    }

    /// Writes to a blob of this length and version, from its first byte on.
    fn of(draft: Draft, found_bytes: u64, last: Option<ETag>) -> Self {
        Self {
            draft,
            order: InOrder::starting_at(0),
            kept_chunks: 0,
            found_bytes,
            last: Mutex::new(last),
            progress: VisibleProgress::default(),
        }
    }

    fn last(&self) -> Option<ETag> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_last(&self, etag: Option<ETag>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = etag;
    }

    async fn append(&self, tools: &Tools, chunk: Chunk, data: &Frozen, check: Check) -> Result<()> {
        if chunk.bytes == 0 {
            return Ok(());
        }
        let last = self.last();
        let ours = (chunk.offset, data);
        if chunk.end() <= self.found_bytes
            && self.draft.has_bytes(tools, ours, last.as_ref()).await?
        {
            return Ok(());
        }
        let Draft { place, name, .. } = &self.draft;
        let condition = last
            .as_ref()
            .map_or(Condition::Always, Condition::Unchanged);
        let request = append_block::request(place, name, chunk.offset, data, check, condition);
        match tools.client.send(&request).await {
            Ok(reply) => {
                self.set_last(etag(&reply));
                Ok(())
            }
            // An earlier attempt, whose answer was lost, may have appended the block.
            Err(error) if error.status() == Some(412) && is_condition(error.code()) => {
                let found = self.appended_before(tools, chunk, data).await?;
                self.set_last(Some(found));
                Ok(())
            }
            Err(error) => Err(self.draft.failure(error)),
        }
    }

    /// The version of the blob, which must end with this block: otherwise somebody else has written.
    async fn appended_before(&self, tools: &Tools, chunk: Chunk, data: &Frozen) -> Result<ETag> {
        let Draft { place, name, .. } = &self.draft;
        let found = match tools.client.send(&head_blob::request(place, name)).await {
            Ok(reply) => Properties::of_head(&reply)?,
            Err(error) => return Err(self.draft.failure(error)),
        };
        let is_as_long = found.bytes == chunk.end();
        let ours = (chunk.offset, data);
        if is_as_long && self.draft.has_bytes(tools, ours, Some(&found.etag)).await? {
            return Ok(found.etag);
        }
        self.progress.abandoned();
        Err(self.draft.not_ours())
    }
}

impl Writer for AppendWriter {
    fn has(&self, index: u32) -> bool {
        index < self.kept_chunks
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            self.order.wait_for(chunk.index).await?;
            let check = sums.crc64.map_or(Check::None, Check::Crc64);
            self.append(tools, chunk, &data, check).await?;
            self.progress.acknowledged(chunk.index);
            self.order.written(chunk.index);
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn give_up(&self) {
        self.order.give_up();
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(self.draft.finish(tools, md5, self.last()))
    }
}
