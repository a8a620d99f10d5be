//! Delete Blob: 202, and it is gone.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;

/// Deletes the blob of this full name, or one snapshot of it.
pub fn request(
    place: &BlobLocation,
    name: &str,
    snapshot: Option<&str>,
    condition: Condition<'_>,
) -> Request {
    let mut request = Request::new(Method::DELETE, place.account(), place.blob_path(name))
        .expect(Expected::status(202));
    if let Some(snapshot) = snapshot {
        request = request.query("snapshot", snapshot);
    }
    condition.on(request)
}
