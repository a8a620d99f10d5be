//! The records of the Blob service. A slot is recorded whole, with two exceptions: the calls that
//! come thousands of times for one blob (Put Block, Put Page, Append Block), and slots that have
//! snapshots, versions or deleted blobs, whose changed entries are recorded only.

use serde::{Deserialize, Serialize};

use super::stored_slot::StoredSlot;
use super::stored_slot_change::StoredSlotChange;
use crate::emulator::blob::state::{ContainerProperties, Deletion};
use crate::emulator::clock::Moment;
use crate::emulator::service::ETag;
use crate::emulator::service::recovery::StoredExtent;

/// Which blob a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobPath {
    /// Account.
    pub account: String,
    /// Container.
    pub container: String,
    /// Blob name; empty for the container itself.
    pub blob: String,
}

/// The version that a write gave to a blob.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct VersionStamp {
    /// Entity tag.
    pub etag: ETag,
    /// When it was written.
    pub written: Moment,
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BlobRecord {
    /// A container exists, with these properties.
    Container(BlobPath, ContainerProperties),
    /// A container was deleted.
    NoContainer(BlobPath),
    /// A container was deleted and can be restored. Its version distinguishes it from others of its
    /// name.
    DeletedContainer(BlobPath, String, Deletion),
    /// A deleted container of this version was restored.
    RestoredContainer(BlobPath, String),
    /// A deleted container of this version was removed for good.
    ExpiredContainer(BlobPath, String),
    /// The properties of the service for this account are those of a document.
    ServiceProperties(String, String),
    /// A blob's slot has this content; an empty slot is removed.
    Slot(BlobPath, Box<StoredSlot>),
    /// Some parts of a blob's slot changed.
    SlotChange(BlobPath, Box<StoredSlotChange>),
    /// A block was staged.
    Block(BlobPath, String, StoredExtent, Moment),
    /// Pages were written at an offset.
    Write(BlobPath, u64, StoredExtent, VersionStamp),
    /// Pages were cleared: offset and length.
    Clear(BlobPath, u64, u64, VersionStamp),
    /// A block was appended.
    Append(BlobPath, StoredExtent, VersionStamp),
}
