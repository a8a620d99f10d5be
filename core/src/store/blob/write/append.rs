//! Writes append blobs: block after block, each at the place where it belongs.
//!
//! Chunks come from several workers at once. Each waits here for the one before it, with its memory; that cannot stop the
//! run, since the one before was handed out earlier (`schedule`).

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use tokio::sync::watch;

use super::Draft;
use super::left::{acknowledged, begun, left};
use crate::digest::follower::Md5;
use crate::plan::Task;
use crate::plan::chunks::Chunk;
use crate::plan::history::{Note, Notes, Start};
use crate::store::blob::properties::BlobType;
use crate::store::blob::request::{append_block, create_blob, get_blob};
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;
use crate::store::{Committed, Receipt, Step, Sums, Tools, Writer};
use crate::{Error, Result};

/// What is read back at once, in bytes.
const READ_BACK_BYTES: usize = 256 * 1024;

/// An append blob being written.
pub(super) struct AppendWriter {
    draft: Draft,
    turn: watch::Sender<Turn>,
    /// The first chunks, which an earlier run left and which are believed.
    there: u32,
    /// How long the blob was then: what lies between is compared.
    left_bytes: u64,
    notes: Option<Notes>,
}

/// Whose turn it is.
#[derive(Clone, Copy)]
enum Turn {
    /// That of the chunk with this index.
    Of(u32),
    /// Nobody's: the object has failed.
    Over,
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
                    draft,
                    turn: watch::Sender::new(Turn::Of(there)),
                    there,
                    left_bytes: left.bytes,
                    notes: task.history.notes.clone(),
                });
            }
        }
        let mut writer = Self::begin(draft, tools).await?;
        writer.notes = begun(&writer.draft, tools, task).await?;
        Ok(writer)
    }

    /// Makes the blob, empty, whatever was there.
    pub(super) async fn begin(draft: Draft, tools: &Tools) -> Result<Self> {
        let form = create_blob::Form::Appended;
        let request = create_blob::request(&draft.place, &draft.name, form, draft.stored(None));
        draft.send(tools, &request).await?;
        Ok(Self {
            draft,
            turn: watch::Sender::new(Turn::Of(0)),
            there: 0,
            left_bytes: 0,
            notes: None,
        })
    }

    /// What is there is not ours, or not all of it: a later run begins with an empty blob.
    fn begin_anew_next_time(&self) {
        if let Some(notes) = &self.notes {
            notes.note(Note::Started(Start {
                chunk_bytes: 1,
                chunks: 0,
                identity: "".into(),
            }));
        }
    }

    async fn wait_for(&self, index: u32) -> Result<()> {
        let mut turns = self.turn.subscribe();
        let is_ours = |turn: &Turn| match turn {
            Turn::Of(next) => *next == index,
            Turn::Over => true,
        };
        match turns.wait_for(is_ours).await.as_deref() {
            Ok(Turn::Of(_)) => Ok(()),
            // Why it failed is told by whoever failed.
            Ok(Turn::Over) | Err(_) => Err(Error::Stopped),
        }
    }

    async fn append(&self, tools: &Tools, chunk: Chunk, data: &Frozen, check: Check) -> Result<()> {
        if chunk.bytes == 0 {
            return Ok(());
        }
        if chunk.end() <= self.left_bytes && self.has_bytes(tools, chunk, data).await? {
            return Ok(());
        }
        let Draft { place, name, .. } = &self.draft;
        let request = append_block::request(place, name, chunk.offset, data, check);
        match tools.client.send(&request).await {
            Ok(_) => Ok(()),
            // Sent again after an answer that was lost: the block may be there.
            Err(error) if error.status() == Some(412) => {
                if self.has_bytes(tools, chunk, data).await? {
                    Ok(())
                } else {
                    self.begin_anew_next_time();
                    Err(Error::Changed(format!(
                        "`{name}` was written to by somebody else while it was copied"
                    )))
                }
            }
            Err(error) => Err(self.draft.told(error)),
        }
    }

    /// Whether the blob has these bytes where they belong.
    async fn has_bytes(&self, tools: &Tools, chunk: Chunk, data: &Frozen) -> Result<bool> {
        let Draft { place, name, .. } = &self.draft;
        for from in (0..data.bytes()).step_by(READ_BACK_BYTES) {
            let to = data.bytes().min(from + READ_BACK_BYTES);
            let range = ByteRange::new(chunk.offset + from as u64, (to - from) as u64);
            let request = get_blob::request(place, name, range, None, Condition::Always, false);
            let there = match tools.client.send_with_cap(&request, to - from).await {
                Ok(reply) => reply.body,
                // Shorter than that: nothing of ours is there.
                Err(error) if error.status() == Some(416) => return Ok(false),
                Err(error) if error.kind() == transport::Kind::Protocol => return Ok(false),
                Err(error) => return Err(error.into()),
            };
            let ours = data.part(from..to).flatten();
            if !there.iter().copied().eq(ours) {
                return Ok(false);
            }
        }
        Ok(true)
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
            self.wait_for(chunk.index).await?;
            let check = sums.crc64.map_or(Check::None, Check::Crc64);
            self.append(tools, chunk, &data, check).await?;
            acknowledged(self.notes.as_ref(), chunk.index);
            self.turn.send_replace(Turn::Of(chunk.index + 1));
            Ok(Receipt {
                index: chunk.index,
                bytes: chunk.bytes,
            })
        })
    }

    fn give_up(&self) {
        self.turn.send_replace(Turn::Over);
    }

    fn commit<'a>(&'a self, tools: &'a Tools, md5: Option<Md5>) -> Step<'a, Result<Committed>> {
        Box::pin(self.draft.finish(tools, md5, None))
    }
}
