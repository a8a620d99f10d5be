//! Writes block blobs.
//!
//! An object of one chunk is one Put Blob. Any other is as many Put Blocks, in any order, and a Put Block List, before
//! which nothing is visible under its name.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport::buffer::Frozen;

use super::{Draft, etag};
use crate::Result;
use crate::digest::follower::{Md5, md5_of};
use crate::entry::{ETag, Version};
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::store::blob::block_id::BlockIds;
use crate::store::blob::request::{put_blob, put_block, put_block_list};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};

/// A block blob being written.
pub(super) struct BlockWriter {
    draft: Draft,
    ids: BlockIds,
    blocks: u32,
    is_listed: AtomicBool,
    /// The entity tag of a blob that was one request.
    etag: OnceLock<ETag>,
}

impl BlockWriter {
    /// Begins the blob of this task. Nothing is sent yet.
    pub(super) fn new(draft: Draft, task: &Task) -> Self {
        let modified_ns = match task.entry.version {
            Version::Local { modified_ns, .. } => modified_ns,
            Version::Service(_) => 0,
        };
        let ids = BlockIds::new(
            &draft.name,
            task.entry.bytes,
            task.chunks.chunk_bytes(),
            modified_ns,
        );
        Self {
            draft,
            ids,
            is_listed: AtomicBool::new(task.chunks.total() > 1),
            blocks: task.chunks.total(),
            etag: OnceLock::new(),
        }
    }
}

impl Writer for BlockWriter {
    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            let Draft { place, name, .. } = &self.draft;
            // The service compares a whole blob with the MD5 that is stored with it. The source's may be out of date
            // and is stored all the same, with a list of one block.
            if self.blocks == 1 && self.draft.md5.is_some_and(|md5| md5 != md5_of(&data)) {
                self.is_listed.store(true, Ordering::Relaxed);
            }
            let is_listed = self.is_listed.load(Ordering::Relaxed);
            // One request carries one checksum (`BothCrc64AndMd5HeaderPresent`): a whole blob its MD5, which is to be stored
            // anyway, a block its CRC-64.
            let stored = self.draft.stored(sums.md5);
            let check = match stored.md5 {
                Some(md5) if !is_listed => Check::Md5(md5),
                _ => sums.crc64.map_or(Check::None, Check::Crc64),
            };
            let request = if is_listed {
                put_block::request(place, name, &self.ids.id(chunk.index), &data, check)
            } else {
                put_blob::request(place, name, &data, check, stored, Condition::Always)
            };
            let reply = self.draft.send(tools, &request).await?;
            if let Some(etag) = etag(&reply).filter(|_| !is_listed) {
                let _only_once = self.etag.set(etag);
            }
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.is_listed.load(Ordering::Relaxed) {
                let Draft { place, name, .. } = &self.draft;
                let ids = (0..self.blocks).map(|index| self.ids.id(index));
                let stored = self.draft.stored(md5);
                let list = put_block_list::request(place, name, ids, stored, Condition::Always);
                let reply = self.draft.send(tools, &list).await?;
                return Ok(Committed::Done(etag(&reply)));
            }
            Ok(Committed::Done(self.etag.get().cloned()))
        })
    }
}
