//! `startFrom`: a blob listing that begins at a name.

use super::call::BlobCall;
use crate::emulator::behaviour::StartFrom;
use crate::emulator::error::{Refusal, ServiceResult};

/// The name in `startFrom`, which versions from 2026-02-06 on know: the listing has the names from it on, itself included.
/// It is given with the marker too, and both hold.
///
/// The service's own pages do not describe it. It is as the clients of 2026-01-15 do (`azure-storage-blob` 12.33.0 for Java),
/// and as Azurite 3.37 does. What older versions make of it is nowhere said; it is refused there, so that no client
/// leans on it.
pub fn start_from<'a>(call: &'a BlobCall<'_>) -> ServiceResult<&'a str> {
    let Some(name) = call.query.filled("startFrom") else {
        return Ok("");
    };
    match call.behaviour.listing.start_from {
        StartFrom::Known if call.version.since(2026, 2, 6) => Ok(name),
        StartFrom::Known => Err(Refusal::unsupported_query("startFrom")),
        StartFrom::Ignored => Ok(""),
        StartFrom::Refused => {
            let version = call.version.to_string();
            Err(Refusal::invalid_header("x-ms-version", &version))
        }
    }
}
