//! A blob as the journal stores it.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content, Encryption, TierState};
use crate::emulator::clock::Moment;
use crate::emulator::service::recovery::{FindBody, StoredExtent};
use crate::emulator::service::stored_pages::StoredPages;
use crate::emulator::service::{ContentProperties, CopyRecord, ETag, Lease, PendingCopy, Version};

#[derive(Debug, Clone, Serialize, Deserialize)]
enum StoredContent {
    Block(Vec<(String, StoredExtent)>),
    Append(Vec<StoredExtent>),
    Page(StoredPages),
}

/// A blob without its bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BlobInJournal {
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    version_id: Option<Moment>,
    #[serde(default, skip_serializing_if = "Encryption::is_account")]
    encryption: Encryption,
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
            Content::Page(pages) => Self::Page(StoredPages::of(pages)),
        }
    }

    fn restore(&self, find: FindBody<'_>) -> io::Result<Content> {
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
            Self::Page(pages) => Content::Page(pages.restore(find)?),
        })
    }
}

impl BlobInJournal {
    /// The stored form of a blob.
    pub fn of(blob: &Blob) -> Self {
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
            version_id: blob.version_id,
            encryption: blob.encryption.clone(),
        }
    }

    /// The blob of the stored form.
    pub fn restore(&self, find: FindBody<'_>) -> io::Result<Blob> {
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
            version_id: self.version_id,
            encryption: self.encryption.clone(),
            version: Version::default(),
        })
    }
}
