//! Put Page: bytes of a page blob, 4 MiB at most, in whole pages. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page>

use azring_transport::http::{Expected, Payload, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::checksum::Check;
use crate::store::rest::range::ByteRange;

/// Writes pages of the blob of this full name; the range is as long as the payload.
pub fn request(
    place: &BlobLocation,
    name: &str,
    range: ByteRange,
    payload: impl Into<Payload>,
    check: Check,
) -> Request {
    let request = Request::new(Method::PUT, &place.account, place.blob_path(name))
        .query("comp", "page")
        .header("x-ms-page-write", "update")
        .header("x-ms-range", range.to_string())
        .payload(payload);
    check.on(request.expect(Expected::status(201)))
}
