//! Get Container Properties, by HEAD: 200, or 404 `ContainerNotFound`.
//! <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;

/// Asks whether the container of this place is there.
pub fn request(place: &BlobLocation) -> Request {
    Request::new(Method::HEAD, place.account(), place.container_path())
        .query("restype", "container")
        .expect(Expected::status(200))
}
