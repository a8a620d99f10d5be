//! Get File Properties: what a file is, without its bytes. 200, or 404; also for a directory.
//! <https://learn.microsoft.com/rest/api/storageservices/get-file-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use crate::location::ShareLocation;

/// Asks about the file of this full name.
pub fn request(place: &ShareLocation, name: &str) -> Request {
    to_file(Method::HEAD, place, name).expect(Expected::status(200))
}
