//! What the services of a storage account have in common on the wire: XML, pages, dates, ranges, conditions and checksums.
//! Nothing here is of one service alone.

pub mod checksum;

pub mod conditions;

pub mod range;

pub mod date;

pub mod xml;

pub mod page;

pub mod properties;

pub(crate) mod make_if_missing;

pub(crate) mod continuation;

use azring_transport as transport;

use crate::Error;

/// An answer that breaks the protocol: the service, or something between it and us, is at fault.
pub(crate) fn malformed(what: impl std::fmt::Display) -> Error {
    transport::Error::new(
        transport::Kind::Protocol,
        format!("the service's answer makes no sense: {what}"),
    )
    .into()
}
