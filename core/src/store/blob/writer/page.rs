//! Writes page blobs.
//!
//! A page blob is a [`PositionedWriter`]'s object: it is made at its length first, and its pages are
//! written in any order.
//!
//! The entity tag changes with every page, and several pages are written at once, so it cannot be a
//! condition. The sequence number does not change. The blob begins with a number that nobody else
//! gives it, and each page is written only to a blob with that number. A blob that somebody else puts
//! in its place therefore gets none of these pages.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page#request-headers>

use std::time::{SystemTime, UNIX_EPOCH};

use azring_transport::http::Payload;
use md5::{Digest as _, Md5 as Md5Hash};

use super::Draft;
use super::begun_blob::{BegunBlob, sequence};
use super::expected::Expected;
use crate::digest::follower::Md5;
use crate::entry::{ETag, Version};
use crate::plan::Task;
use crate::plan::history::Notes;
use crate::plan::part::ObjectPart;
use crate::plan::replace::Replace;
use crate::store::blob::properties::BlobType;
use crate::store::blob::request::{create_blob, head_blob, put_page};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::positioned_writer::{PositionedObject, PositionedWriter};
use crate::store::rest::range::ByteRange;
use crate::store::rest::visible_progress::{VisibleProgress, abandon};
use crate::store::{Committed, Tools};
use crate::{Error, Result};

/// A sequence number has so many bits, which also programs that use floating-point numbers keep exactly.
const SEQUENCE_BITS: u32 = 48;

/// How often a blob that this job made itself may be in the way of making it.
const CREATIONS_MAX: u32 = 4;

/// A page blob that exists at its length.
pub(in crate::store::blob) struct PageBlob {
    draft: Draft,
    /// The blob's sequence number; `None` for a blob that an earlier version began without one.
    sequence: Option<u64>,
}

impl PageBlob {
    /// Makes the blob, or continues the one that an earlier run began.
    pub(in crate::store::blob) async fn create(
        draft: Draft,
        tools: &Tools,
        task: &Task,
    ) -> Result<PositionedWriter<Self>> {
        if let Some(part) = task.part {
            return Self::join(draft, tools, task, own_part_sequence(part)).await;
        }
        if let Some(found) = BegunBlob::find(&draft, tools, task, BlobType::Page).await?
            && found.properties.bytes == task.entry.bytes
        {
            let sequence = found.sequence;
            let blob = Self { draft, sequence };
            return Ok(PositionedWriter::new(blob, VisibleProgress::resumed(task)));
        }
        let notes = task.history.notes.as_ref();
        let number = own_sequence(&draft.name, notes);
        let made = make(&draft, tools, task.entry.bytes, number).await;
        made.inspect_err(|error| {
            if matches!(error, Error::TargetChanged(_)) {
                abandon(notes);
            }
        })?;
        let progress = BegunBlob::record(&draft, tools, task).await?;
        let sequence = Some(number);
        Ok(PositionedWriter::new(Self { draft, sequence }, progress))
    }

    /// Makes the blob of an object that several machines write, or joins the one that another of them made. Only one
    /// of them makes it.
    async fn join(
        mut draft: Draft,
        tools: &Tools,
        task: &Task,
        number: u64,
    ) -> Result<PositionedWriter<Self>> {
        let bytes = task.entry.bytes;
        let form = create_blob::CreatedForm::Pages {
            bytes,
            sequence: number,
        };
        for _ in 0..CREATIONS_MAX {
            let seen = match BegunBlob::look(&draft, tools).await? {
                Some(found)
                    if found.sequence == Some(number) && found.properties.bytes == bytes =>
                {
                    let sequence = Some(number);
                    let progress = found.progress(task);
                    return Ok(PositionedWriter::new(Self { draft, sequence }, progress));
                }
                Some(found) => Replace::of_look(Some(Version::Service(found.properties.etag))),
                None => match draft.look(tools).await? {
                    // It was made since: perhaps by another machine, for this very object.
                    Replace::Only(_) => continue,
                    seen => seen,
                },
            };
            if seen == Replace::Anything {
                return Err(Error::Usage(format!(
                    "`{}` is written in parts, for which the credential must permit reading",
                    draft.shown()
                )));
            }
            draft.expected = Expected::new(seen.clone());
            let (stored, condition) = (draft.stored(None), Condition::of(&seen));
            let request = create_blob::request(&draft.place, &draft.name, form, stored, condition);
            match tools.client.send(&request).await {
                Ok(_) => {}
                Err(error) if draft.is_refused(&error) => {}
                Err(error) => return Err(draft.failure(error)),
            }
        }
        Err(draft.not_ours())
    }

    /// The version of the blob after its last page; `None` where the credential may only write.
    ///
    /// Fails with [`Error::TargetChanged`] when somebody else has replaced the blob since.
    async fn last_version(&self, tools: &Tools) -> Result<Option<ETag>> {
        let request = head_blob::request(&self.draft.place, &self.draft.name);
        let reply = match tools.client.send(&request).await {
            Ok(reply) => reply,
            Err(error) if error.status() == Some(403) => return Ok(None),
            Err(error) => return Err(self.draft.failure(error)),
        };
        if self.sequence.is_some() && sequence(&reply) != self.sequence {
            return Err(self.draft.not_ours());
        }
        Ok(etag(&reply))
    }
}

impl PositionedObject for PageBlob {
    async fn put_range(
        &self,
        tools: &Tools,
        range: ByteRange,
        payload: Payload,
        check: Check,
    ) -> Result<()> {
        let Draft { place, name, .. } = &self.draft;
        let request = put_page::request(place, name, range, payload, check, self.sequence);
        match tools.client.send(&request).await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("SequenceNumberConditionNotMet") => {
                Err(self.draft.not_ours())
            }
            Err(error) => Err(self.draft.failure(error)),
        }
    }

    async fn check(&self, tools: &Tools) -> Result<()> {
        self.last_version(tools).await.map(drop)
    }

    async fn commit(&self, tools: &Tools, md5: Option<Md5>) -> Result<Committed> {
        let last = self.last_version(tools).await?;
        self.draft.finish(tools, md5, last).await
    }
}
/// Makes the blob.
///
/// A blob that is in the way is replaced where this job made it: its answer was lost, or an earlier
/// run was interrupted. Fails with [`Error::TargetChanged`] where somebody else made it.
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
            Err(error) => return Err(draft.failure(error)),
        }
    }
    Err(draft.not_ours())
}

/// The same for an object that several machines write: it follows from the object's number.
fn own_part_sequence(part: ObjectPart) -> u64 {
    (part.object & ((1 << SEQUENCE_BITS) - 1)).max(1)
}

/// A sequence number that nobody else gives this blob. It follows from the job, which finds its own
/// blob by it, or without a journal from this run.
///
/// It has [`SEQUENCE_BITS`].
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
