//! Put Range: writes bytes of a file, at most 4 MiB, inside its length. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-range>

use azring_transport::http::{Expected, Payload, Request};
use http::Method;

use super::to_file;
use crate::location::ShareLocation;
use crate::store::rest::checksum::Check;
use crate::store::rest::range::ByteRange;

/// Writes bytes of the file of this full name; the range is as long as the payload.
pub fn request(
    place: &ShareLocation,
    name: &str,
    range: ByteRange,
    payload: impl Into<Payload>,
    check: Check,
) -> Request {
    let request = to_file(Method::PUT, place, name)
        .query("comp", "range")
        .header("x-ms-write", "update")
        .header("x-ms-range", range.to_string())
        .payload(payload);
    check.on_structured(request.expect(Expected::status(201)))
}
