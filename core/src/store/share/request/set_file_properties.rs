//! Set File Properties: replaces all content headers of a file, and sets its length. 200.
//! <https://learn.microsoft.com/rest/api/storageservices/set-file-properties>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use crate::location::ShareLocation;
use crate::store::share::properties::StoredWithFile;

/// Stores these with the file of this full name. A content header that is not among them is cleared.
/// With a length the file grows by zeros, or loses its end.
pub(in crate::store::share) fn request(
    place: &ShareLocation,
    name: &str,
    bytes: Option<u64>,
    stored: StoredWithFile<'_>,
) -> Request {
    let bytes = bytes.map(|bytes| bytes.to_string());
    let request = to_file(Method::PUT, place, name)
        .query("comp", "properties")
        .header_if("x-ms-content-length", bytes)
        .expect(Expected::status(200));
    stored.on_change(request)
}
