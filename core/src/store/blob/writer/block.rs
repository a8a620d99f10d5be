//! Writes block blobs.
//!
//! An object of one chunk is one Put Blob. Any other object is as many Put Blocks, in any order, and a Put Block List.
//! Nothing is visible under its name before the list.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use azring_transport::disk::FileSlices;
use azring_transport::http::Payload;
use md5::{Digest as _, Md5 as Md5Hash};

use super::Draft;
use super::committed_blocks::{Clearings, IfRefused, There};
use super::expected::Expected;
use crate::digest::follower::{Md5, md5_of};
use crate::entry::{ETag, Version};
use crate::plan::Task;
use crate::plan::chunks::{Chunk, Chunks};
use crate::plan::history::Start;
use crate::store::blob::block_id::BlockIds;
use crate::store::blob::properties::{Properties, Stored};
use crate::store::blob::request::{put_blob, put_block, put_block_from_url, put_block_list};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::range::ByteRange;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// A block blob being written.
pub(in crate::store::blob) struct BlockWriter {
    draft: Draft,
    /// The version of the source, and what other machines that write these blocks have in common. The ids of the
    /// blocks follow from them.
    version: Version,
    shared: Option<String>,
    ids: OnceLock<BlockIds>,
    chunks: Chunks,
    is_listed: AtomicBool,
    /// The entity tag of a blob that was made in one request.
    etag: OnceLock<ETag>,
    /// The blocks that an earlier run left.
    there: There,
    /// Counts how often blocks of other programs were cleared.
    clearings: Clearings,
    /// It only commits what workers have written in parts.
    is_commit: bool,
}

impl BlockWriter {
    /// Begins the blob of this task. Asks the service for its blocks where an earlier run began it, and sends nothing
    /// otherwise.
    pub(in crate::store::blob) async fn create(
        draft: Draft,
        tools: &Tools,
        task: &Task,
    ) -> Result<Self> {
        let is_commit = task.part.is_some_and(|part| part.is_commit());
        let mut draft = draft;
        if is_commit && draft.expected.is_anything() {
            // Others may commit the same blocks now. Only one commit replaces what is there.
            draft.expected = Expected::new(draft.look(tools).await?);
        }
        let mut writer = Self::new(draft, task);
        let is_continued = task.history.earlier.is_some() && writer.chunks.total() > 1;
        if is_commit || is_continued {
            let refused = if is_commit {
                IfRefused::AllAreThere
            } else {
                IfRefused::NoneIsThere
            };
            writer.there = Box::pin(writer.ask(tools, refused)).await?;
        }
        note_cut(task);
        Ok(writer)
    }

    fn new(draft: Draft, task: &Task) -> Self {
        Self {
            draft,
            version: task.entry.version.clone(),
            shared: shared_name(task),
            ids: OnceLock::new(),
            is_listed: AtomicBool::new(task.chunks.total() > 1),
            etag: OnceLock::new(),
            chunks: task.chunks.clone(),
            there: There::default(),
            clearings: Clearings::default(),
            is_commit: task.part.is_some_and(|part| part.is_commit()),
        }
    }

    /// Whether the blob has been committed from these blocks. A worker of a part that is late may have sent its blocks
    /// once more since; their ids say that they are the same.
    fn is_committed(&self, there: &There) -> bool {
        there.is_committed || (self.is_commit && there.is_whole)
    }

    /// The blocks that the service has.
    async fn ask(&self, tools: &Tools, refused: IfRefused) -> Result<There> {
        let blocks = (self.ids(), &self.chunks);
        There::ask(&self.draft, tools, blocks, refused).await
    }

    fn ids(&self) -> &BlockIds {
        self.ids.get_or_init(|| {
            let modified_ns = match &self.version {
                Version::Local { modified_ns, .. } => *modified_ns,
                Version::Service(etag) => age(etag),
            };
            let (object_bytes, chunk_bytes) =
                (self.chunks.object_bytes(), self.chunks.chunk_bytes());
            let ids = BlockIds::new(&self.draft.name, object_bytes, chunk_bytes, modified_ns);
            match &self.shared {
                Some(name) => ids.of(name),
                None => ids,
            }
        })
    }

    /// Whether the service compares the version of the origin with the listed one.
    pub(in crate::store::blob) fn names_version(&self) -> bool {
        let origin = self.draft.origin.as_ref();
        origin.is_some_and(|origin| origin.etag.is_some())
    }

    /// Makes the service fetch a block from the origin.
    pub(in crate::store::blob) async fn fetch(&self, tools: &Tools, chunk: Chunk) -> Result<()> {
        self.is_listed.store(true, Ordering::Relaxed);
        let Draft {
            place,
            name,
            origin: Some(origin),
            ..
        } = &self.draft
        else {
            return Ok(());
        };
        let Some(range) = ByteRange::new(chunk.offset, chunk.bytes) else {
            return Ok(());
        };
        let id = self.ids().id(chunk.index);
        let request = put_block_from_url::request(place, name, &id, origin, range);
        self.clearings
            .send(&self.draft, tools, |_| request.clone())
            .await
            .map(drop)
    }

    /// Sends a chunk, as a block or as the whole blob.
    async fn send(
        &self,
        tools: &Tools,
        chunk: Chunk,
        payload: Payload,
        stored: Stored<'_>,
        check: Check,
    ) -> Result<Receipt> {
        let Draft { place, name, .. } = &self.draft;
        let is_listed = self.is_listed.load(Ordering::Relaxed);
        let request = |condition: Condition<'_>| {
            let payload = payload.clone();
            if is_listed {
                put_block::request(place, name, &self.ids().id(chunk.index), payload, check)
            } else {
                put_blob::request(place, name, payload, check, stored, condition)
            }
        };
        let reply = self.clearings.send(&self.draft, tools, request).await?;
        if !is_listed {
            self.is_now(etag(&reply));
        }
        Ok(Receipt {
            index: chunk.index,
            bytes: chunk.bytes,
        })
    }

    /// Records that the blob was made in one request.
    fn is_now(&self, etag: Option<ETag>) {
        if let Some(etag) = etag {
            let _only_once = self.etag.set(etag);
        }
    }

    /// Commits the blocks, or finds the missing ones.
    async fn commit_blocks(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed> {
        let Draft { place, name, .. } = &self.draft;
        // The one chunk of an empty object is no block.
        let blocks = match self.chunks.object_bytes() {
            0 => 0,
            _ => self.chunks.total(),
        };
        let ids = (0..blocks).map(|index| self.ids().id(index));
        let stored = self.draft.stored(md5);
        let replace = self.draft.expected.replace();
        let condition = Condition::of(&replace);
        let list = put_block_list::request(place, name, ids, stored, condition);
        match tools.client.send(&list).await {
            Ok(reply) => self.draft.finish(tools, None, etag(&reply)).await,
            Err(error) if self.draft.is_refused(&error) => {
                let version = self.committed_before(tools, stored.md5, error).await?;
                self.draft.finish(tools, None, version).await
            }
            Err(error) if error.code() == Some("InvalidBlockList") => {
                self.missing(tools).await.map(Committed::Missing)
            }
            Err(error) => Err(self.draft.failure(error)),
        }
    }

    /// The version of the blob that is in the way of the commit, if it has exactly these blocks. Fails with
    /// `Error::TargetChanged` where it has others.
    async fn committed_before(
        &self,
        tools: &Tools,
        md5: Option<Md5>,
        error: transport::Error,
    ) -> Result<Option<ETag>> {
        let found = Properties::of_head(&self.draft.in_the_way(tools, error).await?)?;
        let there = self.ask(tools, IfRefused::NoneIsThere).await?;
        // The ids depend on the age and the length of the source, and not on its content.
        let is_ours = self.is_committed(&there) && md5.is_none_or(|md5| found.md5 == Some(md5));
        if is_ours {
            Ok(Some(found.etag))
        } else {
            Err(self.draft.not_ours())
        }
    }

    /// The blocks that the service does not have, or does not have any more.
    async fn missing(&self, tools: &Tools) -> Result<Vec<u32>> {
        let there = self.ask(tools, IfRefused::NoneIsThere).await?;
        let all = 0..self.chunks.total();
        Ok(all.filter(|index| !there.blocks.contains(*index)).collect())
    }
}

/// What all have in common that may write the blocks of this task: the workers of a shard its job, those of the parts
/// of an object its number.
fn shared_name(task: &Task) -> Option<String> {
    match (task.part, &task.history.notes) {
        (Some(part), _) => Some(format!("{:016x}", part.object)),
        (None, Some(notes)) if task.history.is_shard => Some(notes.job().to_owned()),
        _ => None,
    }
}

/// Records the size of the chunks. The next run may have another link, and finds these blocks only with the same size.
fn note_cut(task: &Task) {
    let begun = task.history.earlier.as_deref();
    let is_noted = begun.is_some_and(|begun| begun.of(&task.chunks).is_some());
    if let Some(notes) = &task.history.notes
        && task.chunks.total() > 1
        && !is_noted
    {
        notes.started(&task.chunks, Start::NOT_VISIBLE);
    }
}

/// A number that stands for the age of a service's object. It follows from the entity tag, because a service gives the
/// time of modification only to the second.
fn age(etag: &ETag) -> i128 {
    let digest: [u8; 16] = Md5Hash::digest(etag.0.as_bytes()).into();
    i128::from_le_bytes(digest)
}

impl Writer for BlockWriter {
    fn has(&self, index: u32) -> bool {
        self.there.blocks.contains(index)
    }

    fn is_complete(&self) -> bool {
        self.is_committed(&self.there)
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            // The service compares a whole blob with the MD5 that is stored with it. The MD5 of the source may be
            // out of date and is stored all the same, with a list of one block.
            if self.chunks.total() == 1 && self.draft.md5.is_some_and(|md5| md5 != md5_of(&data)) {
                self.is_listed.store(true, Ordering::Relaxed);
            }
            let is_listed = self.is_listed.load(Ordering::Relaxed);
            // One request carries one checksum (`BothCrc64AndMd5HeaderPresent`): a whole blob its MD5, which is stored
            // anyway, a block its CRC-64.
            let stored = self.draft.stored(sums.md5);
            let check = match stored.md5 {
                Some(md5) if !is_listed => Check::Md5(md5),
                _ => sums.crc64.map_or(Check::None, Check::Crc64),
            };
            match self.send(tools, chunk, (&data).into(), stored, check).await {
                Err(Error::Transport(error)) if !is_listed && self.draft.is_refused(&error) => {
                    let made = Box::pin(self.draft.made_before(tools, &data, error)).await?;
                    self.is_now(made);
                    Ok(Receipt {
                        index: chunk.index,
                        bytes: chunk.bytes,
                    })
                }
                sent => sent,
            }
        })
    }

    fn takes_slices(&self, _chunk: Chunk) -> bool {
        // The bytes of a whole blob are needed in memory where its MD5 is compared first, and where they may have to be
        // compared with a blob that is in the way.
        self.chunks.total() > 1 || (self.draft.md5.is_none() && self.draft.expected.is_anything())
    }

    fn pass<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        slices: FileSlices,
    ) -> Step<'a, Result<Receipt>> {
        let stored = self.draft.stored(None);
        Box::pin(self.send(tools, chunk, slices.into(), stored, Check::None))
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            if self.is_listed.load(Ordering::Relaxed) {
                // The future of a request is large, and a small blob does not need it.
                return Box::pin(self.commit_blocks(tools, md5)).await;
            }
            let etag = self.etag.get().cloned();
            self.draft.finish(tools, None, etag).await
        })
    }
}
