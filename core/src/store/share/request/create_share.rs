//! Create Share: 201, or 409 `ShareAlreadyExists`. The quota is the service's default.
//! <https://learn.microsoft.com/rest/api/storageservices/create-share>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_share;
use crate::location::ShareLocation;

/// Asks for the share of this place.
pub fn request(place: &ShareLocation) -> Request {
    to_share(Method::PUT, place).expect(Expected::status(201))
}
