//! Put Page: writes whole pages of a page blob, at most 4 MiB. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page>

use azring_transport::http::{Expected, Payload, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::checksum::Check;
use crate::store::rest::range::ByteRange;

/// Writes pages of the blob of this full name; the range is as long as the payload. With a sequence
/// number, the answer is 412 `SequenceNumberConditionNotMet` if the blob has another one.
pub fn request(
    place: &BlobLocation,
    name: &str,
    range: ByteRange,
    payload: impl Into<Payload>,
    check: Check,
    sequence: Option<u64>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "page")
        .header("x-ms-page-write", "update")
        .header("x-ms-range", range.to_string())
        .payload(payload);
    let sequence = sequence.map(|number| number.to_string());
    check.on(request
        .expect(Expected::status(201))
        .header_if("x-ms-if-sequence-number-eq", sequence.as_deref()))
}
