//! The dots at the end of the source's name in a copy.

use azring_transport::http::Request;

use super::TRAILING_DOTS;
use crate::location::ShareLocation;

/// Lets the service keep the dots at the end of the names in the source's address. Otherwise it would
/// read another file.
pub(super) fn keep_source_dots(place: &ShareLocation, request: Request) -> Request {
    let keeps_dots = place.account().capabilities.version() >= TRAILING_DOTS;
    request.header_if(
        "x-ms-source-allow-trailing-dot",
        keeps_dots.then_some("true"),
    )
}
