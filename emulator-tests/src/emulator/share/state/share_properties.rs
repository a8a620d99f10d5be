//! A share's own properties.

use serde::{Deserialize, Serialize};

use crate::emulator::auth::StoredPolicy;
use crate::emulator::clock::Moment;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::{ETag, Lease};

/// The quota of a share that names none, in GiB.
const QUOTA_DEFAULT_GIB: u64 = 5120;

/// A share's access tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ShareTier {
    /// `TransactionOptimized`, the default.
    TransactionOptimized,
    /// `Hot`.
    Hot,
    /// `Cool`.
    Cool,
}

/// A share's own properties.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ShareProperties {
    /// Its version.
    pub etag: ETag,
    /// When its properties last changed.
    pub last_modified: Moment,
    /// When they last changed, exactly.
    pub written: Moment,
    /// Metadata in the order given.
    pub metadata: Metadata,
    /// The most bytes that its files have, in GiB.
    pub quota_gib: u64,
    /// Its access tier.
    pub tier: ShareTier,
    /// When the tier was set; `None` for the default.
    pub tier_changed: Option<Moment>,
    /// Stored access policies.
    pub policies: Vec<StoredPolicy>,
    /// Its lease.
    pub lease: Lease,
}

impl ShareTier {
    const ALL: [Self; 3] = [Self::TransactionOptimized, Self::Hot, Self::Cool];

    /// Reads `x-ms-access-tier`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|tier| tier.name().eq_ignore_ascii_case(text))
    }

    /// The form in headers and listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::TransactionOptimized => "TransactionOptimized",
            Self::Hot => "Hot",
            Self::Cool => "Cool",
        }
    }
}

impl ShareProperties {
    /// The properties of a new share.
    pub fn new(metadata: Metadata, quota_gib: Option<u64>, now: Moment) -> Self {
        Self {
            etag: ETag::next(),
            last_modified: now.whole_second(),
            written: now,
            metadata,
            quota_gib: quota_gib.unwrap_or(QUOTA_DEFAULT_GIB),
            tier: ShareTier::TransactionOptimized,
            tier_changed: None,
            policies: Vec::new(),
            lease: Lease::default(),
        }
    }

    /// The most bytes that its files have.
    pub fn quota_bytes(&self) -> u64 {
        self.quota_gib << 30
    }

    /// Gives the share a new version.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
        self.written = now;
    }
}
