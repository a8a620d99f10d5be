//! A blob's slot as the journal stores it: without bytes, which are named by their numbers in the
//! store.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::blob::state::pages::Run;
use crate::emulator::blob::state::{
    Blob, Block, BlockList, Content, Pages, Slot, TierState, UncommittedBlocks,
};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::StoredExtent;
use crate::emulator::service::{ContentProperties, CopyRecord, ETag, Lease, PendingCopy, Version};
use crate::emulator::store::Extent;

/// A slot.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct StoredSlot {
    base: Option<BlobInJournal>,
    snapshots: BTreeMap<String, BlobInJournal>,
    staged: Option<(BTreeMap<String, StoredExtent>, Moment)>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum StoredContent {
    Block(Vec<(String, StoredExtent)>),
    Append(Vec<StoredExtent>),
    Page {
        size: u64,
        sequence: u64,
        runs: Vec<StoredRun>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct StoredRun {
    at: u64,
    length: u64,
    stamp: u64,
    extent: StoredExtent,
    from: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct BlobInJournal {
    content: StoredContent,
    properties: ContentProperties,
    metadata: Vec<(String, String)>,
    tags: BTreeMap<String, String>,
    etag: ETag,
    last_modified: Moment,
    created: Moment,
    written: Moment,
    lease: Lease,
    tier: TierState,
    sealed: bool,
    copy: Option<CopyRecord>,
    pending: Option<(StoredContent, CopyBehaviour, u32, Moment)>,
}

/// Finds a body by its number.
pub type Find<'f> = &'f mut dyn FnMut(StoredExtent) -> io::Result<Extent>;

impl StoredSlot {
    /// The stored form of a slot.
    pub fn of(slot: &Slot) -> Self {
        Self {
            base: slot.base.as_ref().map(BlobInJournal::of),
            snapshots: slot
                .snapshots
                .iter()
                .map(|(time, blob)| (time.clone(), BlobInJournal::of(blob)))
                .collect(),
            staged: slot.staged.as_ref().map(|staged| {
                let blocks = staged.blocks.iter();
                (
                    blocks
                        .map(|(id, extent)| (id.clone(), StoredExtent::of(extent)))
                        .collect(),
                    staged.since,
                )
            }),
        }
    }

    /// The slot of the stored form.
    pub fn restore(&self, find: Find<'_>) -> io::Result<Slot> {
        let base = self
            .base
            .as_ref()
            .map(|blob| blob.restore(find))
            .transpose()?;
        let mut snapshots = BTreeMap::new();
        for (time, blob) in &self.snapshots {
            snapshots.insert(time.clone(), blob.restore(find)?);
        }
        let mut staged = None;
        if let Some((stored, since)) = &self.staged {
            let mut blocks = BTreeMap::new();
            for (id, extent) in stored {
                blocks.insert(id.clone(), find(*extent)?);
            }
            staged = Some(UncommittedBlocks {
                blocks,
                since: *since,
            });
        }
        Ok(Slot {
            base,
            snapshots,
            staged,
        })
    }
}

impl StoredContent {
    fn of(content: &Content) -> Self {
        match content {
            Content::Block(list) => {
                let blocks = list.blocks().iter();
                Self::Block(
                    blocks
                        .map(|block| (block.id.clone(), StoredExtent::of(&block.extent)))
                        .collect(),
                )
            }
            Content::Append(list) => Self::Append(
                list.blocks()
                    .iter()
                    .map(|block| StoredExtent::of(&block.extent))
                    .collect(),
            ),
            Content::Page(pages) => Self::Page {
                size: pages.size(),
                sequence: pages.sequence,
                runs: pages
                    .runs()
                    .map(|(at, run)| StoredRun::of(at, run))
                    .collect(),
            },
        }
    }

    fn restore(&self, find: Find<'_>) -> io::Result<Content> {
        Ok(match self {
            Self::Block(blocks) => {
                let mut list = BlockList::default();
                for (id, extent) in blocks {
                    list.push(Block {
                        id: id.clone(),
                        extent: find(*extent)?,
                    });
                }
                Content::Block(Arc::new(list))
            }
            Self::Append(blocks) => {
                let mut list = BlockList::default();
                for extent in blocks {
                    list.push(Block {
                        id: String::new(),
                        extent: find(*extent)?,
                    });
                }
                Content::Append(Arc::new(list))
            }
            Self::Page {
                size,
                sequence,
                runs,
            } => {
                let mut pages = Pages::new(*size, *sequence);
                for run in runs {
                    pages.restore(run.at, run.restore(find)?);
                }
                Content::Page(Arc::new(pages))
            }
        })
    }
}

impl StoredRun {
    fn of(at: u64, run: &Run) -> Self {
        let extent = StoredExtent::of(&run.extent);
        Self {
            at,
            length: run.length,
            stamp: run.stamp,
            extent,
            from: run.extent_offset,
        }
    }

    fn restore(&self, find: Find<'_>) -> io::Result<Run> {
        let extent = find(self.extent)?;
        Ok(Run {
            length: self.length,
            stamp: self.stamp,
            extent,
            extent_offset: self.from,
        })
    }
}

impl BlobInJournal {
    fn of(blob: &Blob) -> Self {
        Self {
            content: StoredContent::of(&blob.content),
            properties: blob.properties.clone(),
            metadata: blob.metadata.clone(),
            tags: blob.tags.clone(),
            etag: blob.etag,
            last_modified: blob.last_modified,
            created: blob.created,
            written: blob.written,
            lease: blob.lease.clone(),
            tier: blob.tier.clone(),
            sealed: blob.sealed,
            copy: blob.copy.clone(),
            pending: blob.pending.as_ref().map(|pending| {
                (
                    StoredContent::of(&pending.content),
                    pending.behaviour.clone(),
                    pending.polls,
                    pending.began,
                )
            }),
        }
    }

    fn restore(&self, find: Find<'_>) -> io::Result<Blob> {
        let mut pending = None;
        if let Some((content, behaviour, polls, began)) = &self.pending {
            let content = content.restore(find)?;
            pending = Some(PendingCopy {
                content,
                behaviour: behaviour.clone(),
                polls: *polls,
                began: *began,
                // Versions are not recorded.
                source: None,
            });
        }
        Ok(Blob {
            content: self.content.restore(find)?,
            properties: self.properties.clone(),
            metadata: self.metadata.clone(),
            tags: self.tags.clone(),
            etag: self.etag,
            last_modified: self.last_modified,
            created: self.created,
            written: self.written,
            lease: self.lease.clone(),
            tier: self.tier.clone(),
            sealed: self.sealed,
            copy: self.copy.clone(),
            pending,
            version: Version::default(),
        })
    }
}
