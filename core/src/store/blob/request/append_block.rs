//! Append Block: bytes to the end of an append blob. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/append-block>

use azring_transport::http::{Expected, Payload, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;

/// Appends to the blob of this full name if it is exactly `offset` bytes long; the answer is 412
/// `AppendPositionConditionNotMet` otherwise. The same request can therefore be sent again. The condition
/// names the version of the blob.
pub fn request(
    place: &BlobLocation,
    name: &str,
    offset: u64,
    payload: impl Into<Payload>,
    check: Check,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "appendblock")
        .header("x-ms-blob-condition-appendpos", offset.to_string())
        .payload(payload);
    condition.on(check.on(request.expect(Expected::status(201))))
}
