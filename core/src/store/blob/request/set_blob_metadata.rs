//! Set Blob Metadata: replaces all metadata of a blob. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::entry::ObjectProperties;
use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;

/// Stores this metadata with the blob of this full name. A name that is not among it is removed.
pub fn request(
    place: &BlobLocation,
    name: &str,
    properties: &ObjectProperties,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "metadata")
        .expect(Expected::status(200));
    condition.on(properties.metadata_on(request))
}
