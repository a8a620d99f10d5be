//! A blob: its content, properties and metadata; and the slot that a name has for it.

use std::sync::Arc;

use super::super::super::clock::Moment;
use super::super::super::http::payload::Piece;
use super::blocks::{BlockList, Staged};
use super::etag::ETag;

/// What a blob's name stands for.
#[derive(Debug, Default)]
pub struct Slot {
    /// The blob itself.
    pub base: Option<Blob>,
    /// Blocks that were put and not yet committed.
    pub staged: Option<Staged>,
}

impl Slot {
    /// Nothing left under this name.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.staged.is_none()
    }
}

/// A blob's bytes by their kind.
#[derive(Debug, Clone)]
pub enum Content {
    /// A block blob.
    Block(Arc<BlockList>),
}

/// The properties that a client sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Properties {
    /// `Content-Type`; never empty.
    pub content_type: String,
    /// `Content-Encoding`.
    pub content_encoding: String,
    /// `Content-Language`.
    pub content_language: String,
    /// `Content-MD5`, base64.
    pub content_md5: String,
    /// `Cache-Control`.
    pub cache_control: String,
    /// `Content-Disposition`.
    pub content_disposition: String,
}

/// One blob.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Its bytes.
    pub content: Content,
    /// What the client said about them.
    pub properties: Properties,
    /// Metadata in the order given.
    pub metadata: Vec<(String, String)>,
    /// Its version.
    pub etag: ETag,
    /// When it was last written.
    pub last_modified: Moment,
    /// When it was first written.
    pub created: Moment,
}

impl Content {
    /// Bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Block(list) => list.length(),
        }
    }

    /// `x-ms-blob-type`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Block(_) => "BlockBlob",
        }
    }

    /// The pieces of a range that lies within the blob.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        match self {
            Self::Block(list) => list.read(offset, length),
        }
    }
}

impl Blob {
    /// A blob that was just written.
    pub fn new(
        content: Content,
        properties: Properties,
        metadata: Vec<(String, String)>,
        now: Moment,
    ) -> Self {
        Self {
            content,
            properties,
            metadata,
            etag: ETag::next(),
            last_modified: now.whole_second(),
            created: now.whole_second(),
        }
    }

    /// Marks the blob as changed.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
