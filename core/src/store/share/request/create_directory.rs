//! Create Directory: 201, 409 `ResourceAlreadyExists`, 409 `ResourceTypeMismatch` for a file of that
//! name, or 404 `ParentNotFound`.
//! <https://learn.microsoft.com/rest/api/storageservices/create-directory>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_directory;
use crate::location::ShareLocation;
use crate::store::share::properties::StoredWithFile;

/// Asks for the directory of this full name. The directory above exists.
pub fn request(place: &ShareLocation, name: &str) -> Request {
    let request = to_directory(Method::PUT, place, name).expect(Expected::status(201));
    StoredWithFile::default().on_create(request)
}
