//! Put Range From URL: writes bytes of a file that the service reads from another address, at most
//! 4 MiB, inside the file's length. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/put-range-from-url>

use azring_transport::http::{Expected, Request};
use azring_transport::service::ApiVersion;
use http::Method;

use super::to_file;
use super::trailing_dots::keep_source_dots;
use crate::location::ShareLocation;
use crate::store::Origin;
use crate::store::rest::range::ByteRange;

/// The first version with this request.
pub const FIRST_VERSION: ApiVersion = ApiVersion::new(2019, 2, 2);

/// Writes a range of the file of this full name from the same range of the origin. The service does not
/// compare the version of the origin.
pub(in crate::store::share) fn request(
    place: &ShareLocation,
    name: &str,
    origin: &Origin,
    range: ByteRange,
) -> Request {
    let origin = Origin {
        etag: None,
        ..origin.clone()
    };
    let request = to_file(Method::PUT, place, name)
        .query("comp", "range")
        .header("x-ms-write", "update")
        .header("x-ms-range", range.to_string())
        .header("x-ms-source-range", range.to_string())
        .expect(Expected::status(201));
    keep_source_dots(place, origin.add_to(request))
}
