//! The refusals of the Blob service.
//! <https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes>

use crate::emulator::error::Refusal;
use crate::emulator::service::LeaseCodes;
use crate::emulator::service::conditions::Access;

/// Error codes of a lease id that does not fit a blob's lease.
pub const BLOB_LEASE: LeaseCodes = LeaseCodes {
    resource: "blob",
    mismatch: "LeaseIdMismatchWithBlobOperation",
    not_present: "LeaseNotPresentWithBlobOperation",
};

/// Error codes of a lease id that does not fit a container's lease.
pub const CONTAINER_LEASE: LeaseCodes = LeaseCodes {
    resource: "container",
    mismatch: "LeaseIdMismatchWithContainerOperation",
    not_present: "LeaseNotPresentWithContainerOperation",
};

/// The conditions of a write.
pub const WRITE: Access = Access::Write(Refusal::blob_already_exists);

impl Refusal {
    /// 404: no such blob.
    pub fn blob_not_found() -> Self {
        Self::new(404, "BlobNotFound", "The specified blob does not exist.")
    }

    /// 409: `If-None-Match: *` on a blob that exists.
    pub fn blob_already_exists() -> Self {
        Self::new(
            409,
            "BlobAlreadyExists",
            "The specified blob already exists.",
        )
    }

    /// 404: no such container.
    pub fn container_not_found() -> Self {
        Self::new(
            404,
            "ContainerNotFound",
            "The specified container does not exist.",
        )
    }

    /// 409: the blob cannot be read or changed, because it is in the archive.
    pub fn blob_archived() -> Self {
        Self::new(
            409,
            "BlobArchived",
            "This operation is not permitted on an archived blob.",
        )
    }

    /// 409: the operation is not for this type of blob.
    pub fn wrong_blob_type() -> Self {
        Self::new(
            409,
            "InvalidBlobType",
            "The blob type is invalid for this operation.",
        )
    }
}
