//! Writes append blobs: block after block, each at the place where it belongs, and only to the version that the block
//! before has made.

use std::sync::{Mutex, PoisonError};

use azring_transport::buffer::Frozen;

use super::expected::is_condition;
use super::resume_visible::{abandon, acknowledged, begun, left};
use super::{Draft, etag};
use crate::digest::follower::Md5;
use crate::entry::ETag;
use crate::plan::Task;
use crate::plan::chunks::{Chunk, Chunks};
use crate::plan::history::Notes;
use crate::store::blob::properties::{BlobType, Properties};
use crate::store::blob::request::{append_block, create_blob, head_blob};
use crate::store::in_order::InOrder;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// An append blob being written.
pub(super) struct AppendWriter {
    draft: Draft,
    order: InOrder,
    /// The first chunks, which an earlier run left and which are believed.
    there: u32,
    /// How long the blob was then: what lies between is compared.
    left_bytes: u64,
    /// The blob's version, where the last answer told it.
    last: Mutex<Option<ETag>>,
    notes: Option<Notes>,
}

impl AppendWriter {
    /// Makes the blob, empty: nothing is ever appended to what was there before, but to what an earlier run of this job
    /// left. Of that the last chunk that was acknowledged is compared, and everything behind it.
    pub(super) async fn create(draft: Draft, tools: &Tools, task: &Task) -> Result<Self> {
        if let Some(left) = left(&draft, tools, task, BlobType::Append).await? {
            let acknowledged = left.durable.iter().next().filter(|(first, _)| *first == 0);
            let count = acknowledged.map_or(0, |(_, count)| count);
            let end = count
                .checked_sub(1)
                .and_then(|last| task.chunks.get(last))
                .map_or(0, Chunk::end);
            let is_whole = |chunk: Chunk| chunk.end() == left.bytes;
            let has_only_chunks = left.bytes == 0 || task.chunks.clone().any(is_whole);
            if has_only_chunks && end <= left.bytes {
                let there = count.saturating_sub(1);
                return Ok(Self {
                    there,
                    order: InOrder::starting_at(there),
                    notes: task.history.notes.clone(),
                    ..Self::of(draft, left.bytes, Some(left.etag))
                });
            }
        }
        let left = task.history.earlier.as_ref().map(|_| &task.chunks);
        let mut writer = match Self::begin(draft, tools, left).await {
            Ok(writer) => writer,
            Err(error) => {
                if matches!(error, Error::TargetChanged(_)) {
                    abandon(task.history.notes.as_ref());
                }
                return Err(error);
            }
        };
        writer.notes = begun(&writer.draft, tools, task).await?;
        Ok(writer)
    }

    /// Makes the blob, empty. What is in its way is taken for it where that can only be what was made before an answer was
    /// lost: an empty one, or, where an earlier run was at an object of these chunks, some of them, which are compared
    /// before anything is appended.
    pub(super) async fn begin(draft: Draft, tools: &Tools, left: Option<&Chunks>) -> Result<Self> {
        let replace = draft.expected.replace();
        let (form, stored) = (create_blob::CreatedForm::Appended, draft.stored(None));
        let condition = Condition::of(&replace);
        let request = create_blob::request(&draft.place, &draft.name, form, stored, condition);
        let error = match tools.client.send(&request).await {
            Ok(reply) => return Ok(Self::of(draft, 0, etag(&reply))),
            Err(error) if draft.is_refused(&error) => error,
            Err(error) => return Err(draft.told(error)),
        };
        let may_be_ours = error.attempts() > 1 || left.is_some();
        let found = Properties::of_head(&draft.in_the_way(tools, error).await?)?;
        let is_left = |chunks: &Chunks| chunks.clone().any(|chunk| chunk.end() == found.bytes);
        let is_ours = may_be_ours
            && found.blob_type == Some(BlobType::Append)
            && (found.bytes == 0 || left.is_some_and(is_left));
        if is_ours {
            Ok(Self::of(draft, found.bytes, Some(found.etag)))
        } else {
            Err(draft.not_ours())
        }
    }

    /// Writes to a blob of this length and version, from its first byte on.
    fn of(draft: Draft, left_bytes: u64, last: Option<ETag>) -> Self {
        Self {
            draft,
            order: InOrder::starting_at(0),
            there: 0,
            left_bytes,
            last: Mutex::new(last),
            notes: None,
        }
    }

    fn last(&self) -> Option<ETag> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn is_now(&self, etag: Option<ETag>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = etag;
    }

    async fn append(&self, tools: &Tools, chunk: Chunk, data: &Frozen, check: Check) -> Result<()> {
        if chunk.bytes == 0 {
            return Ok(());
        }
        let last = self.last();
        let ours = (chunk.offset, data);
        if chunk.end() <= self.left_bytes
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
                self.is_now(etag(&reply));
                Ok(())
            }
            // Sent again after an answer that was lost: the block may be there.
            Err(error) if error.status() == Some(412) && is_condition(error.code()) => {
                let found = self.appended_before(tools, chunk, data).await?;
                self.is_now(Some(found));
                Ok(())
            }
            Err(error) => Err(self.draft.told(error)),
        }
    }

    /// The version of the blob that ends with this block. A failure of its own where it does not.
    async fn appended_before(&self, tools: &Tools, chunk: Chunk, data: &Frozen) -> Result<ETag> {
        let Draft { place, name, .. } = &self.draft;
        let found = match tools.client.send(&head_blob::request(place, name)).await {
            Ok(reply) => Properties::of_head(&reply)?,
            Err(error) => return Err(self.draft.told(error)),
        };
        let is_as_long = found.bytes == chunk.end();
        let ours = (chunk.offset, data);
        if is_as_long && self.draft.has_bytes(tools, ours, Some(&found.etag)).await? {
            return Ok(found.etag);
        }
        abandon(self.notes.as_ref());
        Err(self.draft.not_ours())
    }
}

impl Writer for AppendWriter {
    fn has(&self, index: u32) -> bool {
        index < self.there
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
            acknowledged(self.notes.as_ref(), chunk.index);
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
