//! Delete Blob, with its snapshots: 202, or 404 `BlobNotFound`.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use azring_transport::http::Request;
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;

/// Removes the blob of this full name.
pub fn request(place: &BlobLocation, name: &str, condition: Condition<'_>) -> Request {
    let request = Request::new(Method::DELETE, &place.account, place.blob_path(name))
        .header("x-ms-delete-snapshots", "include");
    condition.on(request)
}
