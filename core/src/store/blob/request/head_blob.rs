//! Get Blob Properties: what a blob is, without its bytes. 200, or 404 `BlobNotFound`; [`Properties::of_head`] reads it.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties>
//!
//! [`Properties::of_head`]: crate::store::blob::properties::Properties::of_head

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;

/// Asks about the blob of this full name.
pub fn request(place: &BlobLocation, name: &str) -> Request {
    Request::new(Method::HEAD, place.account(), place.blob_path(name)).expect(Expected::status(200))
}
