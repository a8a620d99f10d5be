//! Create Container: 201, or 409 `ContainerAlreadyExists`. Access is private.
//! <https://learn.microsoft.com/rest/api/storageservices/create-container>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;

/// Asks for the container of this place.
pub fn request(place: &BlobLocation) -> Request {
    Request::new(Method::PUT, place.account(), place.container_path())
        .query("restype", "container")
        .expect(Expected::status(201))
}
