//! Set Blob Properties: replaces all content headers of a blob. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::properties::Stored;
use crate::store::rest::conditions::Condition;

/// Stores these with the blob of this full name. A property that is not among them is cleared.
pub fn request(
    place: &BlobLocation,
    name: &str,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "properties")
        .expect(Expected::status(200));
    condition.on(stored.on_change(request))
}
