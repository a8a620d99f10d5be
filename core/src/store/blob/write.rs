//! Writes block blobs.
//!
//! An object of one chunk is one Put Blob. Any other is as many Put Blocks, in any order, and a Put Block List, before
//! which nothing is visible under its name.

use std::sync::Arc;

use azring_transport::buffer::Frozen;

use super::block_id::BlockIds;
use super::properties::{Properties, Stored};
use super::request::{head_blob, put_blob, put_block, put_block_list};
use super::{container, rules};
use crate::Result;
use crate::digest::follower::Md5;
use crate::entry::Version;
use crate::location::BlobLocation;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::target::TargetName;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::{Committed, Destination, Receipt, Stat, Step, Sums, TargetRules, Tools, Writer};

/// A container or virtual directory to copy to.
pub struct BlobDestination {
    place: BlobLocation,
    block_bytes: u64,
}

impl BlobDestination {
    /// The container or virtual directory at `place`; blocks of `block_bytes`, unless an object would need too many.
    pub fn new(place: BlobLocation, block_bytes: u64) -> Self {
        Self { place, block_bytes }
    }
}

impl Destination for BlobDestination {
    fn rules(&self) -> TargetRules {
        TargetRules {
            names: rules::name_rule(&self.place.directory),
            chunks: rules::BLOCKS,
            chunk_bytes: self.block_bytes,
            has_folders: false,
        }
    }

    fn prepare<'a>(&'a self, tools: &'a Tools) -> Step<'a, Result<()>> {
        Box::pin(container::make_if_missing(tools, &self.place))
    }

    fn stat<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
    ) -> Step<'a, Result<Option<Stat>>> {
        Box::pin(async move {
            let reply = match tools
                .client
                .send(&head_blob::request(&self.place, name.as_blob().as_str()))
                .await
            {
                Ok(reply) => reply,
                Err(error) if error.status() == Some(404) => return Ok(None),
                Err(error) => return Err(error.into()),
            };
            Ok(Some(Stat {
                modified: Properties::of_head(&reply)?.modified,
            }))
        })
    }

    fn shown(&self, name: &TargetName) -> String {
        let account = &self.place.account;
        let (scheme, authority) = (
            account.endpoint.scheme.as_str(),
            account.endpoint.authority(),
        );
        format!(
            "{scheme}://{authority}{}",
            self.place.blob_path(name.as_blob().as_str())
        )
    }

    fn create<'a>(
        &'a self,
        _tools: &'a Tools,
        task: &'a Task,
    ) -> Step<'a, Result<Arc<dyn Writer>>> {
        Box::pin(async move {
            let name = task.target.as_blob().as_str();
            let modified_ns = match task.entry.version {
                Version::Local { modified_ns, .. } => modified_ns,
                Version::Service(_) => 0,
            };
            let writer: Arc<dyn Writer> = Arc::new(BlockWriter {
                place: self.place.clone(),
                name: name.into(),
                content_type: task.content_type.clone(),
                ids: BlockIds::new(
                    name,
                    task.entry.bytes,
                    task.chunks.chunk_bytes(),
                    modified_ns,
                ),
                blocks: task.chunks.total(),
            });
            Ok(writer)
        })
    }
}

/// A block blob being written.
struct BlockWriter {
    place: BlobLocation,
    name: String,
    content_type: Option<String>,
    ids: BlockIds,
    blocks: u32,
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
            // One request carries one checksum (`BothCrc64AndMd5HeaderPresent`): a whole blob its MD5, which is to be stored
            // anyway, a block its CRC-64.
            let check = match sums {
                Sums { md5: Some(md5), .. } => Check::Md5(md5),
                Sums { crc64, .. } => crc64.map_or(Check::None, Check::Crc64),
            };
            let request = if self.blocks == 1 {
                put_blob::request(
                    &self.place,
                    &self.name,
                    &data,
                    check,
                    self.stored(sums.md5),
                    Condition::Always,
                )
            } else {
                put_block::request(
                    &self.place,
                    &self.name,
                    &self.ids.id(chunk.index),
                    &data,
                    check,
                )
            };
            tools.client.send(&request).await?;
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.blocks > 1 {
                let ids = (0..self.blocks).map(|index| self.ids.id(index));
                let stored = self.stored(md5);
                let list = put_block_list::request(
                    &self.place,
                    &self.name,
                    ids,
                    stored,
                    Condition::Always,
                );
                tools.client.send(&list).await?;
            }
            Ok(Committed::Done)
        })
    }
}

impl BlockWriter {
    fn stored(&self, md5: Option<Md5>) -> Stored<'_> {
        Stored {
            content_type: self.content_type.as_deref(),
            md5,
        }
    }
}
