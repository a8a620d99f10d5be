//! Put Block: uploads one block. The service deletes a block that no block list names within a week. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block>

use azring_transport::http::{Expected, HedgePolicy, Payload, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::block_id::BlockId;
use crate::store::rest::checksum::Check;

/// Writes a block of the blob of this full name. The same id again replaces the block.
pub fn request(
    place: &BlobLocation,
    name: &str,
    id: &BlockId,
    payload: impl Into<Payload>,
    check: Check,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "block")
        .query("blockid", id.as_str())
        .payload(payload)
        .hedge_policy(HedgePolicy::Hedged);
    check.on(request.expect(Expected::status(201)))
}
