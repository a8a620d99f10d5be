//! Delete File: 202, and it is gone. The service knows no condition for it.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-file2>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use crate::location::ShareLocation;

/// Deletes the file of this full name.
pub fn request(place: &ShareLocation, name: &str) -> Request {
    to_file(Method::DELETE, place, name).expect(Expected::status(202))
}
