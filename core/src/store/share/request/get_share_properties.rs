//! Get Share Properties: whether the share exists. 200, or 404 `ShareNotFound`.
//! <https://learn.microsoft.com/rest/api/storageservices/get-share-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_share;
use crate::location::ShareLocation;

/// Asks about the share of this place.
pub fn request(place: &ShareLocation) -> Request {
    to_share(Method::HEAD, place).expect(Expected::status(200))
}
