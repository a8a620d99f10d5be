//! Put Block From URL: one block, whose bytes the service reads from another address. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block-from-url>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::Origin;
use crate::store::blob::block_id::BlockId;
use crate::store::rest::range::ByteRange;

/// Writes a block of the blob of this full name from a range of the origin. The answer is 412 if the origin
/// is another version now. The same id again replaces the block.
pub fn request(
    place: &BlobLocation,
    name: &str,
    id: &BlockId,
    origin: &Origin,
    range: ByteRange,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "block")
        .query("blockid", id.as_str())
        .header("x-ms-source-range", range.to_string())
        .expect(Expected::status(201));
    origin.add_to(request)
}
