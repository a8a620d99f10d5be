//! Request headers of features that the shares do not have: NFS, provisioned performance, and
//! restored properties.

/// The headers.
pub const UNSUPPORTED: [&str; 12] = [
    "x-ms-owner",
    "x-ms-group",
    "x-ms-mode",
    "x-ms-file-file-type",
    "x-ms-root-squash",
    "x-ms-enable-snapshot-virtual-directory-access",
    "x-ms-share-provisioned-iops",
    "x-ms-share-provisioned-bandwidth-mibps",
    "x-ms-share-paid-bursting-enabled",
    "x-ms-share-paid-bursting-max-iops",
    "x-ms-share-paid-bursting-max-bandwidth-mibps",
    "x-ms-file-property-semantics",
];
