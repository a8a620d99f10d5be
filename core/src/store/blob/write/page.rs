//! Writes page blobs.
//!
//! The blob is made at its length first, and is visible from then on; what is zeros in it is never sent, neither the
//! holes of the source nor runs of zeros in what it calls data. Pages are written in any order.

use azring_transport::buffer::Frozen;
use azring_transport::http::Payload;
use bytes::Bytes;

use super::Draft;
use super::left::{acknowledged, begun, left};
use crate::Result;
use crate::digest::follower::Md5;
use crate::digest::{crc64, zero};
use crate::journal::Runs;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::history::Notes;
use crate::store::blob::properties::BlobType;
use crate::store::blob::request::{create_blob, put_page};
use crate::store::rest::checksum::Check;
use crate::store::rest::range::ByteRange;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};

/// A page blob being written.
pub(super) struct PageWriter {
    draft: Draft,
    /// What an earlier run left.
    there: Runs,
    notes: Option<Notes>,
}

impl PageWriter {
    /// Makes the blob, all zeros; or goes on with the one that an earlier run began.
    pub(super) async fn create(draft: Draft, tools: &Tools, task: &Task) -> Result<Self> {
        if let Some(left) = left(&draft, tools, task, BlobType::Page).await?
            && left.bytes == task.entry.bytes
        {
            return Ok(Self {
                draft,
                there: left.durable,
                notes: task.history.notes.clone(),
            });
        }
        let form = create_blob::Form::Pages(task.entry.bytes);
        let request = create_blob::request(&draft.place, &draft.name, form, draft.stored(None));
        draft.send(tools, &request).await?;
        let notes = begun(&draft, tools, task).await?;
        Ok(Self {
            draft,
            there: Runs::default(),
            notes,
        })
    }
}

impl Writer for PageWriter {
    fn has(&self, index: u32) -> bool {
        self.there.contains(index)
    }

    fn write<'a>(
        &'a self,
        tools: &'a Tools,
        chunk: Chunk,
        data: Frozen,
        sums: Sums,
    ) -> Step<'a, Result<Receipt>> {
        Box::pin(async move {
            for part in zero::data_parts(&data) {
                let offset = chunk.offset + part.start as u64;
                let Some(range) = ByteRange::new(offset, part.len() as u64) else {
                    continue;
                };
                let is_all = part.len() == data.bytes();
                let pieces: Vec<Bytes> = data.part(part).collect();
                let check = match sums.crc64 {
                    None => Check::None,
                    Some(of_all) if is_all => Check::Crc64(of_all),
                    Some(_) => Check::Crc64(crc64::of(pieces.iter().map(AsRef::as_ref))),
                };
                let payload: Payload = pieces.into_iter().collect();
                let Draft { place, name, .. } = &self.draft;
                let request = put_page::request(place, name, range, payload, check);
                self.draft.send(tools, &request).await?;
            }
            acknowledged(self.notes.as_ref(), chunk.index);
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(self.draft.finish(tools, md5, None))
    }
}
