//! Set File Metadata: replaces all metadata of a file. 200. The service knows no condition for it.
//! <https://learn.microsoft.com/rest/api/storageservices/set-file-metadata>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use crate::entry::ObjectProperties;
use crate::location::ShareLocation;

/// Stores this metadata with the file of this full name. A name that is not among it is removed.
pub(in crate::store::share) fn request(
    place: &ShareLocation,
    name: &str,
    properties: &ObjectProperties,
) -> Request {
    let request = to_file(Method::PUT, place, name)
        .query("comp", "metadata")
        .expect(Expected::status(200));
    properties.metadata_on(request)
}
