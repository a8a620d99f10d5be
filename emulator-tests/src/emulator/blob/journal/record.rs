//! The journal's records. A slot is written whole, but for the three calls that come thousands of times for one blob.

use serde::{Deserialize, Serialize};

use super::stored::{StoredExtent, StoredSlot};
use crate::emulator::blob::state::{ContainerFacts, ETag};
use crate::emulator::clock::Moment;

/// Which blob a record is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Account.
    pub account: String,
    /// Container.
    pub container: String,
    /// Blob name; empty for the container itself.
    pub blob: String,
}

/// The version that a write gave to a blob.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Stamp {
    /// Entity tag.
    pub etag: ETag,
    /// When it was written.
    pub written: Moment,
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Record {
    /// A container is there, with these properties.
    Container(Place, ContainerFacts),
    /// A container is gone.
    NoContainer(Place),
    /// A blob's slot looks like this; an empty one is gone.
    Slot(Place, Box<StoredSlot>),
    /// A block was staged.
    Block(Place, String, StoredExtent, Moment),
    /// Pages were written at an offset.
    Write(Place, u64, StoredExtent, Stamp),
    /// Pages were cleared: offset and length.
    Clear(Place, u64, u64, Stamp),
    /// A block was appended.
    Append(Place, StoredExtent, Stamp),
}
