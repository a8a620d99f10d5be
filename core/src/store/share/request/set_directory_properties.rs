//! Set Directory Properties: 200, or 404. Since version 2019-02-02.
//! <https://learn.microsoft.com/rest/api/storageservices/set-directory-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_directory;
use crate::entry::SmbProperties;
use crate::location::ShareLocation;
use crate::store::share::properties::on_directory;

/// Stores attributes and times with the directory of this full name. What `smb` does not have stays as
/// it is.
pub fn request(place: &ShareLocation, name: &str, smb: &SmbProperties) -> Request {
    let request = to_directory(Method::PUT, place, name)
        .query("comp", "properties")
        .expect(Expected::status(200));
    on_directory(request, smb)
}
