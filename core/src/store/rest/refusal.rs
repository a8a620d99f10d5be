//! What an answer of a service means that is no success: a broken protocol, a missing feature, a
//! lease.

use azring_transport as transport;

use crate::Error;
use crate::plan::replace::Replace;

/// An answer that breaks the protocol. The service, or something on the way to it, is at fault.
pub(crate) fn malformed(what: impl std::fmt::Display) -> Error {
    transport::Error::new(
        transport::Kind::Protocol,
        format!("the service's answer is invalid: {what}"),
    )
    .into()
}

/// The failure where somebody else made the object that is there, which may not be replaced.
pub(crate) fn not_ours(shown: &str, replace: &Replace) -> Error {
    let what = match replace {
        Replace::Only(_) => "was changed by another program after azring had examined it",
        Replace::Nothing => "was created by another program during the copy",
        Replace::Anything => "was written by another program during the copy",
    };
    Error::TargetChanged(format!("`{shown}` {what}: it is not replaced"))
}

/// The failure where the object to be replaced is gone.
pub(crate) fn removed(shown: &str) -> Error {
    Error::TargetChanged(format!(
        "another program removed `{shown}` after azring had examined it: nothing was written in its place"
    ))
}

/// Whether the service does not know what the request asks for, as older services and emulators say.
pub(crate) fn lacks_feature(error: &transport::Error) -> bool {
    matches!(error.status(), Some(501))
        || matches!(
            error.code(),
            Some("FeatureNotSupported" | "UnsupportedHeader" | "APINotImplemented")
        )
}

/// Whether the error code says that an object cannot be read or changed because of the archive tier.
pub(crate) fn is_archived(code: Option<&str>) -> bool {
    matches!(code, Some("BlobArchived" | "BlobBeingRehydrated"))
}

/// Whether the error code says that somebody holds a lease on the object.
pub(crate) fn is_leased(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("Lease"))
}
