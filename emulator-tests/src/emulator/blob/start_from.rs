//! `startFrom`: a blob listing that begins at a name.

use super::call::BlobCall;
use crate::emulator::behaviour::StartFrom;
use crate::emulator::error::{Refusal, ServiceResult};

/// The name in `startFrom`, for versions from 2026-02-06 on: the listing has the names from it on,
/// itself included. With a marker, both limits apply.
///
/// The service's own pages do not describe it. The emulator follows the clients of 2026-01-15
/// (`azure-storage-blob` 12.33.0 for Java) and Azurite 3.37. How older versions treat it is not
/// documented; the emulator refuses it there, so that no client relies on it.
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
