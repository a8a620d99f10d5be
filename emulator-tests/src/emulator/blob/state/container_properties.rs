//! A container's own properties.

use crate::emulator::auth::StoredPolicy;
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::clock::Moment;
use crate::emulator::service::metadata::Metadata;
use crate::emulator::service::{ETag, Lease};

/// A container's own properties.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct ContainerProperties {
    /// Its version.
    pub etag: ETag,
    /// When it was created, exactly.
    #[serde(default)]
    pub created: Moment,
    /// When its properties last changed.
    pub last_modified: Moment,
    /// Metadata in the order given.
    pub metadata: Metadata,
    /// Anonymous access.
    pub public_access: PublicAccess,
    /// Stored access policies.
    pub policies: Vec<StoredPolicy>,
    /// Its lease.
    pub lease: Lease,
    /// The encryption scope of blobs that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_scope: Option<String>,
    /// Whether blobs may not have another scope.
    #[serde(default)]
    pub denies_other_scopes: bool,
}

impl ContainerProperties {
    /// Gives the container a new version.
    pub fn touch(&mut self, now: Moment) {
        self.etag = ETag::next();
        self.last_modified = now.whole_second();
    }
}
