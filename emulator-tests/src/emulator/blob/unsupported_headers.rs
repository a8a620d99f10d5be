//! Request headers of features that the accounts do not have: immutability, legal holds, structured
//! bodies, expiry, keys of copy sources, and snapshots of managed disks.

/// The headers.
pub const UNSUPPORTED: [&str; 12] = [
    "x-ms-immutability-policy-until-date",
    "x-ms-immutability-policy-mode",
    "x-ms-legal-hold",
    "x-ms-structured-body",
    "x-ms-structured-content-length",
    "x-ms-expiry-option",
    "x-ms-expiry-time",
    "x-ms-encryption-context",
    "x-ms-source-encryption-key",
    "x-ms-source-encryption-key-sha256",
    "x-ms-source-encryption-algorithm",
    "x-ms-previous-snapshot-url",
];
