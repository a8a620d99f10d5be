//! Get Directory Properties: whether a directory exists. 200, or 404.
//! <https://learn.microsoft.com/rest/api/storageservices/get-directory-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_directory;
use crate::location::ShareLocation;

/// Asks about the directory of this full name; a file of this name does not count.
pub fn request(place: &ShareLocation, name: &str) -> Request {
    to_directory(Method::HEAD, place, name).expect(Expected::status(200))
}
