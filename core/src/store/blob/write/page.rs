//! Writes page blobs.
//!
//! The blob is made at its length first, and is visible from then on; what is zeros in it is never sent, neither the
//! holes of the source nor runs of zeros in what it calls data. Pages are written in any order.
//!
//! Entity tags change with every page, and pages are written side by side. The blob's sequence number stays: it begins with
//! one that nobody else gives, and each page is written only to a blob that has it. Whoever replaces the blob meanwhile
//! gets none of our pages.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page#request-headers>

use std::time::{SystemTime, UNIX_EPOCH};

use azring_transport::buffer::Frozen;
use azring_transport::http::Payload;
use bytes::Bytes;
use md5::{Digest as _, Md5 as Md5Hash};

use super::resume_visible::{abandon, acknowledged, begun, left, sequence};
use super::{Draft, etag};
use crate::digest::follower::Md5;
use crate::digest::{crc64, zero};
use crate::entry::ETag;
use crate::plan::Task;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::Chunk;
use crate::plan::history::Notes;
use crate::store::blob::properties::BlobType;
use crate::store::blob::request::{create_blob, head_blob, put_page};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// How often a blob of this run's own may be in the way of making it.
const CREATIONS_MAX: u32 = 4;

/// A page blob being written.
pub(super) struct PageWriter {
    draft: Draft,
    /// What an earlier run left.
    there: ChunkRuns,
    notes: Option<Notes>,
    /// The blob's sequence number; `None` of a blob that an earlier version began without one.
    sequence: Option<u64>,
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
                sequence: left.sequence,
            });
        }
        let number = own_sequence(&draft.name, task.history.notes.as_ref());
        if let Err(error) = make(&draft, tools, task.entry.bytes, number).await {
            if matches!(error, Error::TargetChanged(_)) {
                abandon(task.history.notes.as_ref());
            }
            return Err(error);
        }
        let notes = begun(&draft, tools, task).await?;
        Ok(Self {
            draft,
            there: ChunkRuns::default(),
            notes,
            sequence: Some(number),
        })
    }

    /// The version of the blob that all pages were written to. Somebody else may have replaced it behind the last page.
    async fn last_version(&self, tools: &Tools) -> Result<Option<ETag>> {
        let request = head_blob::request(&self.draft.place, &self.draft.name);
        let reply = match tools.client.send(&request).await {
            Ok(reply) => reply,
            // A credential that only writes.
            Err(error) if error.status() == Some(403) => return Ok(None),
            Err(error) => return Err(self.draft.told(error)),
        };
        if self.sequence.is_some() && sequence(&reply) != self.sequence {
            abandon(self.notes.as_ref());
            return Err(self.draft.not_ours());
        }
        Ok(etag(&reply))
    }
}

/// Makes the blob, if nothing is in its way but what this job made itself: before an answer was lost, or before an earlier
/// run was interrupted.
async fn make(draft: &Draft, tools: &Tools, bytes: u64, number: u64) -> Result<()> {
    let form = create_blob::CreatedForm::Pages {
        bytes,
        sequence: number,
    };
    for _ in 0..CREATIONS_MAX {
        let replace = draft.expected.replace();
        let (stored, condition) = (draft.stored(None), Condition::of(&replace));
        let request = create_blob::request(&draft.place, &draft.name, form, stored, condition);
        match tools.client.send(&request).await {
            Ok(_) => return Ok(()),
            Err(error) if draft.is_refused(&error) => {
                let found = draft.in_the_way(tools, error).await?;
                if sequence(&found) != Some(number) {
                    break;
                }
                draft.expected.made(etag(&found));
            }
            Err(error) => return Err(draft.told(error)),
        }
    }
    Err(draft.not_ours())
}

/// A sequence number that nobody else gives this blob: of the job, which finds its own blob by it, or of this run. 48 bits
/// are exact in every program that keeps them in a floating-point number.
fn own_sequence(name: &str, notes: Option<&Notes>) -> u64 {
    let digest = Md5Hash::new()
        .chain_update(b"azring pages 1\0")
        .chain_update(name);
    let digest = if let Some(notes) = notes {
        digest
            .chain_update(notes.seq().to_le_bytes())
            .chain_update(notes.job())
    } else {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now_ns = now.map_or(0, |since| since.as_nanos());
        digest
            .chain_update(now_ns.to_le_bytes())
            .chain_update(std::process::id().to_le_bytes())
    };
    let digest: [u8; 16] = digest.finalize().into();
    let [first, second, third, fourth, fifth, sixth, ..] = digest;
    u64::from_le_bytes([first, second, third, fourth, fifth, sixth, 0, 0]).max(1)
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
                let request = put_page::request(place, name, range, payload, check, self.sequence);
                match tools.client.send(&request).await {
                    Ok(_) => {}
                    Err(error) if error.code() == Some("SequenceNumberConditionNotMet") => {
                        abandon(self.notes.as_ref());
                        return Err(self.draft.not_ours());
                    }
                    Err(error) => return Err(self.draft.told(error)),
                }
            }
            acknowledged(self.notes.as_ref(), chunk.index);
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(async move {
            let last = self.last_version(tools).await?;
            self.draft.finish(tools, md5, last).await
        })
    }
}
