//! Set Blob Tags: replaces all index tags of a blob. 204. The blob keeps its version.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-tags>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::tags_document;
use crate::location::BlobLocation;
use crate::options::BlobTags;

/// Stores these tags with the blob of this full name.
pub fn request(place: &BlobLocation, name: &str, tags: &BlobTags) -> Request {
    Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "tags")
        .header("content-type", "application/xml")
        .payload(tags_document::write(tags))
        .expect(Expected::status(204))
}
