//! The blocks that the service has of a blob: those of this program need not be sent again, and those of other programs
//! are in the way.

use azring_transport::http::{Reply, Request};
use tokio::sync::Mutex;

use super::Draft;
use crate::entry::{ETag, ObjectProperties};
use crate::options::BlobTags;
use crate::plan::chunk_runs::ChunkRuns;
use crate::plan::chunks::Chunks;
use crate::store::Tools;
use crate::store::blob::block_id::BlockIds;
use crate::store::blob::properties::{Properties, Stored};
use crate::store::blob::request::get_block_list::{self, BlockList, ListedBlock};
use crate::store::blob::request::{delete_blob, get_blob_tags, head_blob, put_block_list};
use crate::store::rest::conditions::{Condition, etag};
use crate::store::rest::document::request_document;
use crate::{Error, Result};

/// The blocks of an object that the service has.
#[derive(Debug, Default)]
pub(super) struct There {
    /// The blocks that have the right length.
    pub(super) blocks: ChunkRuns,
    /// Whether the blob consists of exactly these blocks.
    pub(super) is_whole: bool,
    /// The same, and none was sent since.
    pub(super) is_committed: bool,
}

/// What counts where the service refuses to say which blocks it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum IfRefused {
    /// All blocks are sent again.
    NoneIsThere,
    /// Before a commit of blocks that other machines wrote: the commit finds those that are missing.
    AllAreThere,
}

impl There {
    /// Asks the service. A credential that only writes cannot ask (403).
    pub(super) async fn ask(
        draft: &Draft,
        tools: &Tools,
        (ids, chunks): (&BlockIds, &Chunks),
        refused: IfRefused,
    ) -> Result<Self> {
        let status = match list(draft, tools).await {
            Ok(list) => return Ok(Self::of(&list, ids, chunks)),
            Err(Error::Transport(error)) if matches!(error.status(), Some(403 | 404 | 409)) => {
                error.status()
            }
            Err(error) => return Err(error),
        };
        let mut there = Self::default();
        if status == Some(403) && refused == IfRefused::AllAreThere {
            there.blocks.add(0, chunks.total());
        }
        Ok(there)
    }

    fn of(list: &BlockList, ids: &BlockIds, chunks: &Chunks) -> Self {
        let index = |block: &ListedBlock| {
            let index = ids.index_of(&block.id)?;
            let chunk = chunks.get(index)?;
            (chunk.bytes == block.bytes).then_some(index)
        };
        let committed: Vec<Option<u32>> = list.committed.iter().map(index).collect();
        let is_whole = committed.len() == chunks.total() as usize
            && (0..)
                .zip(&committed)
                .all(|(wanted, is)| *is == Some(wanted));
        let is_committed = is_whole
            && list
                .uncommitted
                .iter()
                .all(|block| ids.index_of(&block.id).is_none());
        // A block that was sent since replaces the committed one with the same id (`Latest`).
        let replaced: ChunkRuns = list
            .uncommitted
            .iter()
            .filter_map(|block| ids.index_of(&block.id))
            .collect();
        let blocks = committed
            .into_iter()
            .flatten()
            .filter(|index| !replaced.contains(*index))
            .chain(list.uncommitted.iter().filter_map(index))
            .collect();
        Self {
            blocks,
            is_whole,
            is_committed,
        }
    }
}

/// The committed blocks of the blob.
pub(super) async fn committed(draft: &Draft, tools: &Tools) -> Result<Vec<ListedBlock>> {
    Ok(list(draft, tools).await?.committed)
}

async fn list(draft: &Draft, tools: &Tools) -> Result<BlockList> {
    let request = get_block_list::request(&draft.place, &draft.name);
    let shown = || format!("the block list of `{}`", draft.shown());
    request_document(tools, &request, shown, |reply| {
        get_block_list::parse(&reply.body)
    })
    .await
}

/// How often blocks of other programs are cleared. They come back only where two programs write to one blob.
const CLEARINGS_MAX: u32 = 3;

/// Counts how often blocks of other programs were cleared from one blob.
#[derive(Debug, Default)]
pub(super) struct Clearings(Mutex<u32>);

impl Clearings {
    /// Sends the request that is made for a condition on the blob. Clears blocks of other programs that are in its
    /// way, which makes another version of the blob.
    pub(super) async fn send(
        &self,
        draft: &Draft,
        tools: &Tools,
        request: impl Fn(Condition<'_>) -> Request,
    ) -> Result<Reply> {
        loop {
            let cleared = *self.0.lock().await;
            let replace = draft.expected.replace();
            let request = request(Condition::of(&replace));
            match tools.client.send(&request).await {
                Ok(reply) => return Ok(reply),
                Err(error) if error.code() == Some("InvalidBlobOrBlock") => {
                    let mut clearings = self.0.lock().await;
                    if *clearings == CLEARINGS_MAX {
                        return Err(draft.failure(error));
                    }
                    // Another request of this run may have cleared them since this one was sent.
                    if *clearings == cleared {
                        Box::pin(clear(draft, tools)).await?;
                        *clearings += 1;
                    }
                }
                Err(error) => return Err(draft.failure(error)),
            }
        }
    }
}

/// Clears the uncommitted blocks of other programs, whose ids have another length (`InvalidBlobOrBlock`). Only a commit
/// clears them, so the committed blocks are committed again unchanged.
async fn clear(draft: &Draft, tools: &Tools) -> Result<()> {
    let Draft { place, name, .. } = draft;
    let head = tools.client.send(&head_blob::request(place, name)).await;
    let reply = match head {
        Ok(reply) => reply,
        Err(error) if error.status() == Some(404) => return clear_without_blob(draft, tools).await,
        Err(error) => return Err(error.into()),
    };
    let properties = Properties::of_head(&reply)?;
    if !draft.expected.holds(Some(&properties.etag)) {
        return Err(draft.not_ours());
    }
    let tags = match reply.header("x-ms-tag-count") {
        Some(_) => Some(tags(draft, tools).await?),
        None => None,
    };
    let carried = ObjectProperties {
        tier: properties.tier,
        tags,
        ..ObjectProperties::of_head(&reply)
    };
    let committed = committed(draft, tools).await?;
    if committed.is_empty() && properties.bytes > 0 {
        // A block list cannot name a blob that was made in one request. The commit would empty it before its successor
        // is complete.
        return Err(Error::Usage(format!(
            "`{name}` has uncommitted blocks of another program, which cannot be cleared without emptying the blob: delete \
             it first, or wait a week until the service drops them"
        )));
    }
    let stored = Stored {
        content_type: None,
        md5: properties.md5,
        carried: Some(&carried),
    };
    let unchanged = Condition::Unchanged(&properties.etag);
    let ids = committed.iter().map(|block| block.id.as_str());
    let request = put_block_list::again(place, name, ids, stored, unchanged);
    draft.expected.made(send(draft, tools, &request).await?);
    Ok(())
}

/// The index tags of the blob.
async fn tags(draft: &Draft, tools: &Tools) -> Result<BlobTags> {
    let request = get_blob_tags::request(&draft.place, &draft.name);
    let shown = || format!("the tags of `{}`", draft.shown());
    let read = |reply: &Reply| get_blob_tags::parse(&reply.body);
    request_document(tools, &request, shown, read).await
}

/// Clears them where there is no blob: makes an empty one for a moment.
async fn clear_without_blob(draft: &Draft, tools: &Tools) -> Result<()> {
    let Draft { place, name, .. } = draft;
    if !draft.expected.holds(None) {
        return Err(draft.removed());
    }
    let none = std::iter::empty();
    let stored = Stored::default();
    let request = put_block_list::again(place, name, none, stored, Condition::Missing);
    let Some(made) = send(draft, tools, &request).await? else {
        return Ok(());
    };
    // A credential may permit writing and not deleting. The upload replaces the empty blob then.
    let unchanged = Condition::Unchanged(&made);
    let deleted = tools
        .client
        .send(&delete_blob::request(
            place,
            name,
            delete_blob::Deleted::Blob,
            unchanged,
        ))
        .await;
    if deleted.is_err() {
        draft.expected.made(Some(made));
    }
    Ok(())
}

/// Returns the version that was made; `None` where somebody else has committed meanwhile, which clears the blocks too.
async fn send(draft: &Draft, tools: &Tools, request: &Request) -> Result<Option<ETag>> {
    match tools.client.send(request).await {
        Ok(reply) => Ok(etag(&reply)),
        Err(error) if matches!(error.status(), Some(409 | 412)) => Ok(None),
        Err(error) => Err(draft.failure(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn listed(id: &str, bytes: u64) -> ListedBlock {
        ListedBlock {
            id: id.into(),
            bytes,
        }
    }

    /// Three blocks, the last one shorter.
    fn object() -> (BlockIds, Chunks) {
        (
            BlockIds::new("a", 10 * MIB, 4 * MIB, 7),
            Chunks::new(10 * MIB, 4 * MIB),
        )
    }

    fn ours(index: u32) -> ListedBlock {
        let (ids, chunks) = object();
        listed(ids.id(index).as_str(), chunks.get(index).unwrap().bytes)
    }

    fn there(committed: Vec<ListedBlock>, uncommitted: Vec<ListedBlock>) -> There {
        let (ids, chunks) = object();
        There::of(
            &BlockList {
                committed,
                uncommitted,
            },
            &ids,
            &chunks,
        )
    }

    #[test]
    fn only_blocks_of_this_object_at_their_length_are_there() {
        let (ids, _) = object();
        let found = there(
            vec![],
            vec![
                ours(2),
                ours(0),
                listed(ids.id(1).as_str(), 17),
                listed(ids.id(3).as_str(), 4 * MIB),
                listed("QUJD", 4 * MIB),
            ],
        );
        assert_eq!(found.blocks, [0, 2].into_iter().collect());
        assert!(!found.is_committed);
    }

    #[test]
    fn a_list_that_is_ours_to_the_last_block_is_the_object() {
        assert!(there(vec![ours(0), ours(1), ours(2)], vec![]).is_committed);
        for other in [
            vec![ours(0), ours(1)],
            vec![ours(1), ours(0), ours(2)],
            vec![ours(0), ours(1), ours(2), listed("QUJD", 1)],
            vec![],
        ] {
            assert!(!there(other.clone(), vec![]).is_committed, "{other:?}");
        }
        let begun_again = there(vec![ours(0), ours(1), ours(2)], vec![ours(1)]);
        assert!(!begun_again.is_committed);
        assert!(begun_again.is_whole);
        assert_eq!(begun_again.blocks.count(), 3);
    }

    #[test]
    fn a_committed_block_that_was_sent_again_at_a_wrong_length_is_not_there() {
        let (ids, _) = object();
        let found = there(vec![ours(0), ours(1)], vec![listed(ids.id(1).as_str(), 9)]);
        assert_eq!(found.blocks, std::iter::once(0).collect());
    }
}
