//! A blob: its content, properties and metadata; and the slot of a blob's name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blocks::{BlockList, UncommittedBlocks};
use super::pages::Pages;
use super::tier::TierState;
use crate::emulator::behaviour::CopyOutcome;
use crate::emulator::clock::Moment;
use crate::emulator::http::payload::Piece;
use crate::emulator::service::{ContentProperties, CopyRecord, ETag, Lease, PendingCopy, Version};

/// Everything that is stored under a blob's name.
#[derive(Debug, Default)]
pub struct Slot {
    /// The blob itself.
    pub base: Option<Blob>,
    /// Snapshots by their time as the service writes it.
    pub snapshots: BTreeMap<String, Blob>,
    /// Blocks that are not committed yet.
    pub staged: Option<UncommittedBlocks>,
}

impl Slot {
    /// Whether nothing is stored under the name.
    pub fn is_empty(&self) -> bool {
        self.base.is_none() && self.staged.is_none() && self.snapshots.is_empty()
    }

    /// Replaces the blob. The new one keeps the lease and the creation time of the old one.
    pub fn replace(&mut self, mut blob: Blob) {
        if let Some(before) = self.base.take() {
            blob.created = before.created;
            blob.lease = before.lease;
        }
        self.base = Some(blob);
        self.staged = None;
    }
}

/// A blob's bytes, by its type.
#[derive(Debug, Clone)]
pub enum Content {
    /// A block blob.
    Block(Arc<BlockList>),
    /// An append blob.
    Append(Arc<BlockList>),
    /// A page blob.
    Page(Arc<Pages>),
}

/// One blob.
#[derive(Debug, Clone)]
pub struct Blob {
    /// Its bytes.
    pub content: Content,
    /// Its content headers.
    pub properties: ContentProperties,
    /// Metadata in the order given.
    pub metadata: Vec<(String, String)>,
    /// Index tags.
    pub tags: BTreeMap<String, String>,
    /// Its version.
    pub etag: ETag,
    /// When it was last written, in whole seconds.
    pub last_modified: Moment,
    /// When it was first written.
    pub created: Moment,
    /// When it was last written, exactly.
    pub written: Moment,
    /// Its lease.
    pub lease: Lease,
    /// Its access tier.
    pub tier: TierState,
    /// Whether an append blob is sealed.
    pub sealed: bool,
    /// The copy that made it.
    pub copy: Option<CopyRecord>,
    /// A copy into it that is not done.
    pub pending: Option<PendingCopy<Content>>,
    /// This version of it.
    pub version: Version,
}

impl Content {
    /// An empty content of the same kind and size.
    pub fn emptied(&self) -> Self {
        match self {
            Self::Block(_) => Self::Block(Arc::default()),
            Self::Append(_) => Self::Append(Arc::default()),
            Self::Page(pages) => Self::Page(Arc::new(Pages::new(pages.size(), pages.sequence))),
        }
    }

    /// Bytes.
    pub fn length(&self) -> u64 {
        match self {
            Self::Block(list) | Self::Append(list) => list.length(),
            Self::Page(pages) => pages.size(),
        }
    }

    /// `x-ms-blob-type`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Block(_) => "BlockBlob",
            Self::Append(_) => "AppendBlob",
            Self::Page(_) => "PageBlob",
        }
    }

    /// Whether both have one blob type.
    pub fn same_kind(&self, other: &Self) -> bool {
        self.type_name() == other.type_name()
    }

    /// The pieces of a range that lies within the blob.
    pub fn read(&self, offset: u64, length: u64) -> Vec<Piece> {
        match self {
            Self::Block(list) | Self::Append(list) => list.read(offset, length),
            Self::Page(pages) => pages.read(offset, length),
        }
    }
}

impl Blob {
    /// A blob that was just written.
    pub fn new(
        content: Content,
        properties: ContentProperties,
        metadata: Vec<(String, String)>,
        now: Moment,
    ) -> Self {
        let tier = TierState::inferred(matches!(content, Content::Block(_)));
        Self {
            content,
            properties,
            metadata,
            tags: BTreeMap::new(),
            etag: ETag::next(),
            last_modified: now.whole_second(),
            created: now.whole_second(),
            written: now,
            lease: Lease::default(),
            tier,
            sealed: false,
            copy: None,
            pending: None,
            version: Version::default(),
        }
    }

    /// Gives the blob a new version.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
        self.written = now;
        self.version = Version::default();
    }

    /// Updates a pending copy and a rehydration for this time. Returns whether something changed.
    pub fn advance(&mut self, now: Moment, is_polled: bool) -> bool {
        let is_rehydrated = self.tier.advance(now);
        let (Some(pending), Some(record)) = (&mut self.pending, &mut self.copy) else {
            return is_rehydrated;
        };
        let Some(outcome) = pending.advance(record, now, is_polled) else {
            return true;
        };
        if outcome == CopyOutcome::Success {
            self.content = pending.content.clone();
        }
        self.pending = None;
        self.touch(now);
        true
    }

    /// Whether a copy into this blob is pending.
    pub fn is_being_copied(&self) -> bool {
        self.pending.is_some()
    }
}
