//! Writes append blobs: block after block, each at the place where it belongs.
//!
//! Chunks come from several workers at once. Each waits here for the one before it, with its memory; that cannot stop the
//! run, since the one before was handed out earlier (`schedule`).

use azring_transport as transport;
use azring_transport::buffer::Frozen;
use tokio::sync::watch;

use super::Draft;
use crate::digest::follower::Md5;
use crate::plan::chunks::Chunk;
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
    /// Makes the blob, empty: nothing is ever appended to what was there before.
    pub(super) async fn create(draft: Draft, tools: &Tools) -> Result<Self> {
        let form = create_blob::Form::Appended;
        let request = create_blob::request(&draft.place, &draft.name, form, draft.stored(None));
        draft.send(tools, &request).await?;
        Ok(Self {
            draft,
            turn: watch::Sender::new(Turn::Of(0)),
        })
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
        let Draft { place, name, .. } = &self.draft;
        let request = append_block::request(place, name, chunk.offset, data, check);
        match tools.client.send(&request).await {
            Ok(_) => Ok(()),
            // Sent again after an answer that was lost: the block may be there.
            Err(error) if error.status() == Some(412) => {
                if self.has(tools, chunk, data).await? {
                    Ok(())
                } else {
                    Err(Error::Changed(format!(
                        "`{name}` was written to by somebody else while it was copied"
                    )))
                }
            }
            Err(error) => Err(self.draft.told(error)),
        }
    }

    /// Whether the blob has these bytes where they belong.
    async fn has(&self, tools: &Tools, chunk: Chunk, data: &Frozen) -> Result<bool> {
        let Draft { place, name, .. } = &self.draft;
        for from in (0..data.bytes()).step_by(READ_BACK_BYTES) {
            let to = data.bytes().min(from + READ_BACK_BYTES);
            let range = ByteRange::new(chunk.offset + from as u64, (to - from) as u64);
            let request = get_blob::request(place, name, range, Condition::Always, false);
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
