//! Writes block blobs.
//!
//! An object of one chunk is one Put Blob. Any other is as many Put Blocks, in any order, and a Put Block List, before
//! which nothing is visible under its name.

use azring_transport::buffer::Frozen;

use super::Draft;
use crate::Result;
use crate::digest::follower::Md5;
use crate::entry::Version;
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
            blocks: task.chunks.total(),
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
            // One request carries one checksum (`BothCrc64AndMd5HeaderPresent`): a whole blob its MD5, which is to be stored
            // anyway, a block its CRC-64.
            let check = match sums {
                Sums { md5: Some(md5), .. } => Check::Md5(md5),
                Sums { crc64, .. } => crc64.map_or(Check::None, Check::Crc64),
            };
            let request = if self.blocks == 1 {
                let stored = self.draft.stored(sums.md5);
                put_blob::request(place, name, &data, check, stored, Condition::Always)
            } else {
                put_block::request(place, name, &self.ids.id(chunk.index), &data, check)
            };
            self.draft.send(tools, &request).await?;
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.blocks > 1 {
                let Draft { place, name, .. } = &self.draft;
                let ids = (0..self.blocks).map(|index| self.ids.id(index));
                let stored = self.draft.stored(md5);
                let list = put_block_list::request(place, name, ids, stored, Condition::Always);
                self.draft.send(tools, &list).await?;
            }
            Ok(Committed::Done)
        })
    }
}
