//! Writes a blob of unknown length, from standard input.
//!
//! Blocks come in any order and have any length. A blob of one block is one Put Blob. A later run cannot resume the
//! blob, because it cannot read the same bytes again.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use azring_transport::buffer::Frozen;

use super::Draft;
use super::append::AppendWriter;
use super::committed_blocks::{Clearings, committed};
use super::expected::Expected;
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;
use crate::plan::replace::Replace;
use crate::plan::stored_properties::{StoredForm, stored};
use crate::plan::target_name::TargetName;
use crate::store::blob::BlobTarget;
use crate::store::blob::block_id::BlockIds;
use crate::store::blob::name::blob_name;
use crate::store::blob::properties::{BlobType, check_version};
use crate::store::blob::request::{put_blob, put_block, put_block_list};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::{Condition, etag};
use crate::store::{Committed, ObjectStream, Step, StreamTarget, Sums, Tools, Writer as _};
use crate::{Error, Result};

impl StreamTarget for BlobTarget {
    fn begin<'a>(
        &'a self,
        tools: &'a Tools,
        name: &'a TargetName,
        content_type: Option<String>,
        replace: Replace,
    ) -> Step<'a, Result<Arc<dyn ObjectStream>>> {
        let form = StoredForm {
            blob_type: Some(self.blob_type),
            keeps_times: false,
            keeps_posix: false,
        };
        let draft = Draft {
            expected: Expected::new(replace),
            place: Arc::clone(&self.place),
            name: blob_name(name).into(),
            content_type,
            md5: None,
            is_copy: false,
            carried: stored(&self.properties, None, form),
            origin: None,
            given: Arc::clone(&self.properties),
        };
        Box::pin(async {
            check_version(&self.properties, &self.place)?;
            let stream = BlobStream::create(draft, self.blob_type, tools).await?;
            Ok(Arc::new(stream) as Arc<dyn ObjectStream>)
        })
    }
}

/// A blob being written from front to end.
struct BlobStream {
    draft: Draft,
    form: StreamedForm,
}

enum StreamedForm {
    /// Blocks and a block list.
    Blocks { ids: BlockIds, clearings: Clearings },
    /// Blocks that are appended one after the other.
    Appended(Box<AppendWriter>),
}

impl BlobStream {
    /// Begins the blob. An append blob is made at once, and replaces the blob that was there.
    async fn create(draft: Draft, blob_type: BlobType, tools: &Tools) -> Result<Self> {
        let form = match blob_type {
            BlobType::Block => StreamedForm::Blocks {
                ids: ids_of_this_run(&draft.name),
                clearings: Clearings::default(),
            },
            BlobType::Append => StreamedForm::Appended(Box::new(
                AppendWriter::begin(draft.clone(), tools, None).await?,
            )),
            BlobType::Page => {
                return Err(Error::Usage(
                    "Source must be fixed size when destination is Page Blob.".into(),
                ));
            }
        };
        Ok(Self { draft, form })
    }

    /// Writes a blob that has only these bytes; `None` where it is written like a longer one.
    async fn put_whole(
        &self,
        tools: &Tools,
        data: &Frozen,
        sums: Sums,
    ) -> Result<Option<Committed>> {
        let StreamedForm::Blocks { clearings, .. } = &self.form else {
            return Ok(None);
        };
        let Draft { place, name, .. } = &self.draft;
        // One request carries one checksum.
        let check = match (sums.md5, sums.crc64) {
            (Some(md5), _) => Check::Md5(md5),
            (None, Some(crc64)) => Check::Crc64(crc64),
            (None, None) => Check::None,
        };
        let stored = self.draft.stored(sums.md5);
        let request = |condition: Condition<'_>| {
            put_blob::request(place, name, data, check, stored, condition)
        };
        let made = match clearings.send(&self.draft, tools, request).await {
            Ok(reply) => etag(&reply),
            Err(Error::Transport(error)) if self.draft.is_refused(&error) => {
                self.draft.made_before(tools, data, error).await?
            }
            Err(error) => return Err(error),
        };
        self.draft.finish(tools, None, made).await.map(Some)
    }

    /// Writes one block. The blocks of an appended blob wait for each other.
    async fn put_block(
        &self,
        tools: &Tools,
        chunk: Chunk,
        data: Frozen,
        crc64: Option<u64>,
    ) -> Result<()> {
        match &self.form {
            StreamedForm::Blocks { ids, clearings } => {
                let Draft { place, name, .. } = &self.draft;
                let check = crc64.map_or(Check::None, Check::Crc64);
                let request = put_block::request(place, name, &ids.id(chunk.index), &data, check);
                let sent = clearings.send(&self.draft, tools, |_| request.clone());
                sent.await?;
            }
            StreamedForm::Appended(writer) => {
                let sums = Sums { crc64, md5: None };
                writer.write(tools, chunk, data, sums).await?;
            }
        }
        Ok(())
    }

    /// Makes the blob of its first `blocks` blocks.
    async fn put_list(&self, tools: &Tools, blocks: u32, md5: Option<Md5>) -> Result<Committed> {
        match &self.form {
            StreamedForm::Blocks { ids, .. } => {
                let Draft { place, name, .. } = &self.draft;
                let all = || (0..blocks).map(|index| ids.id(index));
                let stored = self.draft.stored(md5);
                let replace = self.draft.expected.replace();
                let condition = Condition::of(&replace);
                let list = put_block_list::request(place, name, all(), stored, condition);
                match tools.client.send(&list).await {
                    Ok(reply) => self.draft.finish(tools, None, etag(&reply)).await,
                    Err(error) if self.draft.is_refused(&error) => {
                        let found = etag(&self.draft.in_the_way(tools, error).await?);
                        // Only this run gives its blocks these ids.
                        let there = committed(&self.draft, tools).await?;
                        let is_ours = there.iter().map(|block| &*block.id);
                        if is_ours.eq(all().map(|id| id.as_str().to_owned())) {
                            self.draft.finish(tools, None, found).await
                        } else {
                            Err(self.draft.not_ours())
                        }
                    }
                    Err(error) => Err(self.draft.failure(error)),
                }
            }
            StreamedForm::Appended(writer) => writer.commit(tools, md5).await,
        }
    }
}

impl ObjectStream for BlobStream {
    fn write_whole<'a>(
        &'a self,
        tools: &'a Tools,
        data: &'a Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Option<Committed>>> {
        Box::pin(self.put_whole(tools, data, sums))
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        crc64: Option<u64>,
    ) -> Step<'a, Result<()>> {
        Box::pin(self.put_block(tools, chunk, data, crc64))
    }

    fn commit<'a>(
        &'a self,
        tools: &'a Tools,
        blocks: u32,
        md5: Option<Md5>,
    ) -> Step<'a, Result<Committed>> {
        Box::pin(self.put_list(tools, blocks, md5))
    }

    fn give_up(&self) {
        if let StreamedForm::Appended(writer) = &self.form {
            writer.give_up();
        }
    }
}

/// Ids that no other run gives its blocks. They depend on the time of this run instead of the age of the source.
fn ids_of_this_run(name: &str) -> BlockIds {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ns = now.map_or(0, |since| since.as_nanos() as i128);
    BlockIds::new(name, u64::MAX, u64::from(std::process::id()), now_ns)
}
