//! Delete Blob: 202, and it is gone.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;

/// Deletes the blob of this full name.
pub fn request(place: &BlobLocation, name: &str, condition: Condition<'_>) -> Request {
    let request = Request::new(Method::DELETE, place.account(), place.blob_path(name))
        .expect(Expected::status(202));
    condition.on(request)
}
