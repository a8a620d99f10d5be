//! Create File: makes a file, or replaces one. 201.
//! <https://learn.microsoft.com/rest/api/storageservices/create-file>

use azring_transport::http::{Expected, Payload, Request};
use azring_transport::service::ApiVersion;
use http::Method;

use super::to_file;
use crate::location::ShareLocation;
use crate::store::rest::checksum::Check;
use crate::store::share::properties::StoredWithFile;

/// The first version in which the request has the first bytes of the file, at most 4 MiB.
pub(in crate::store::share) const WITH_DATA: ApiVersion = ApiVersion::new(2026, 2, 6);

/// Makes the file of this full name, of this length, with these bytes at its beginning. The others
/// are zeros.
pub(in crate::store::share) fn request(
    place: &ShareLocation,
    name: &str,
    bytes: u64,
    stored: StoredWithFile<'_>,
    (data, check): (Payload, Check),
) -> Request {
    let request = to_file(Method::PUT, place, name)
        .header("x-ms-type", "file")
        .header("x-ms-content-length", bytes.to_string())
        .payload(data)
        .expect(Expected::status(201));
    check.on_structured(stored.on_create(request))
}
