//! Put Blob: makes or replaces a block blob in one request. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-blob>

use azring_transport::http::{Expected, HedgePolicy, Payload, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::properties::Stored;
use crate::store::rest::checksum::Check;
use crate::store::rest::conditions::Condition;

/// Writes the block blob of this full name.
pub fn request(
    place: &BlobLocation,
    name: &str,
    payload: impl Into<Payload>,
    check: Check,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .header("x-ms-blob-type", "BlockBlob")
        .payload(payload)
        .expect(Expected::status(201))
        .hedge_policy(HedgePolicy::ShortTimeout);
    condition.on(stored.on(check.on(request)))
}
