//! Create Share: 201, or 409 `ShareAlreadyExists`.
//! <https://learn.microsoft.com/rest/api/storageservices/create-share>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_share;
use crate::location::ShareLocation;

/// Asks for the share of this place, with this largest size in GiB, or the service's default.
pub fn request(place: &ShareLocation, quota_gib: Option<u32>) -> Request {
    to_share(Method::PUT, place)
        .header_if("x-ms-share-quota", quota_gib.map(|gib| gib.to_string()))
        .expect(Expected::status(201))
}
