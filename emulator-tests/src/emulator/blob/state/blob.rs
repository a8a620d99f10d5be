//! A blob: its content, properties and metadata.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::blocks::BlockList;
use super::encryption::Encryption;
use super::tier::{Tier, TierState};
use crate::emulator::behaviour::CopyOutcome;
use crate::emulator::clock::Moment;
use crate::emulator::http::payload::Piece;
use crate::emulator::service::{
    ContentProperties, CopyRecord, ETag, Lease, Pages, PendingCopy, Version,
};

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
    /// What it is encrypted with.
    pub encryption: Encryption,
    /// Its id as a version of its account, if the account makes versions.
    pub version_id: Option<Moment>,
    /// This version of it, as the source of a copy.
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
        // Also page blobs and append blobs have it, although they cannot have another one.
        let tier = TierState::inferred(Some(Tier::Hot));
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
            encryption: Encryption::default(),
            version_id: None,
            version: Version::default(),
        }
    }

    /// Ends what only the current blob has: its lease, and copies from and into it.
    pub fn rest(&mut self) {
        self.lease = Lease::default();
        self.pending = None;
        self.version = Version::default();
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

    /// Whether a copy into it or its rehydration is not complete.
    pub fn is_in_progress(&self) -> bool {
        self.pending.is_some() || self.tier.rehydrating.is_some()
    }

    /// Whether a copy into this blob is pending.
    pub fn is_being_copied(&self) -> bool {
        self.pending.is_some()
    }
}
