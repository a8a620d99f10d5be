//! Blob Batch of a container: up to 256 requests of one kind in one, each with its own answer. 202.
//! <https://learn.microsoft.com/rest/api/storageservices/blob-batch>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;

/// The most requests in one batch.
pub const PARTS_MAX: usize = 256;

/// Sends these requests, which concern blobs of this container, as one.
pub fn request(place: &BlobLocation, parts: Vec<Request>) -> Request {
    Request::new(Method::POST, place.account(), place.container_path())
        .query("restype", "container")
        .query("comp", "batch")
        .expect(Expected::status(202))
        .parts(parts)
}
