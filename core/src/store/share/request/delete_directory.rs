//! Delete Directory: 202, and it is gone. 409 `DirectoryNotEmpty` where it holds anything.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-directory>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_directory;
use crate::location::ShareLocation;

/// Deletes the directory of this full name, if it is empty.
pub fn request(place: &ShareLocation, name: &str) -> Request {
    to_directory(Method::DELETE, place, name).expect(Expected::status(202))
}
