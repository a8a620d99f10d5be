//! The refusals of the File service.
//! <https://learn.microsoft.com/rest/api/storageservices/file-service-error-codes>

use crate::emulator::error::Refusal;
use crate::emulator::service::LeaseCodes;

/// Error codes of a lease id that does not fit a file's lease.
pub const FILE_LEASE: LeaseCodes = LeaseCodes {
    resource: "file",
    mismatch: "LeaseIdMismatchWithFileOperation",
    not_present: "LeaseNotPresentWithFileOperation",
};

/// Error codes of a lease id that does not fit a share's lease.
pub const SHARE_LEASE: LeaseCodes = LeaseCodes {
    resource: "share",
    mismatch: "LeaseIdMismatchWithContainerOperation",
    not_present: "LeaseNotPresentWithContainerOperation",
};

impl Refusal {
    /// 404: no such share, or no such snapshot of it.
    pub fn share_not_found() -> Self {
        Self::new(404, "ShareNotFound", "The specified share does not exist.")
    }

    /// 404: the directories of the path do not all exist.
    pub fn parent_not_found() -> Self {
        Self::new(
            404,
            "ParentNotFound",
            "The specified parent path does not exist.",
        )
    }

    /// 404: no such directory or file.
    pub fn resource_not_found() -> Self {
        Self::new(
            404,
            "ResourceNotFound",
            "The specified resource does not exist.",
        )
    }

    /// 409: a directory or file of the name exists.
    pub fn resource_already_exists() -> Self {
        Self::new(
            409,
            "ResourceAlreadyExists",
            "The specified resource already exists.",
        )
    }

    /// 409: a file where a directory is needed, or the reverse.
    pub fn resource_type_mismatch() -> Self {
        Self::new(
            409,
            "ResourceTypeMismatch",
            "The specified resource type does not match the type of the existing resource.",
        )
    }

    /// 409: a copy into the file is not done.
    pub fn pending_copy() -> Self {
        Self::new(
            409,
            "PendingCopyOperation",
            "There is currently a pending copy operation.",
        )
    }

    /// 409: the file or directory has the attribute `ReadOnly`.
    pub fn read_only() -> Self {
        Self::new(
            409,
            "ReadOnlyAttribute",
            "The specified resource is read-only and cannot be modified at this time.",
        )
    }

    /// 403: the files of the share would be larger than its quota.
    pub fn share_full() -> Self {
        Self::new(
            403,
            "ShareSizeLimitReached",
            "The specified share size limit has been reached.",
        )
    }

    /// 400: a snapshot cannot be changed.
    pub fn of_snapshot(time: &str) -> Self {
        Self::invalid_query("sharesnapshot", time, "a snapshot cannot be changed")
    }
}
