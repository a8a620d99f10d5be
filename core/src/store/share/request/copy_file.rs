//! Copy File: the service reads a file or a blob and writes the file, in its own time.
//!
//! 202 with `x-ms-copy-id` and `x-ms-copy-status`: `success` when the copy is complete, `pending` when
//! the service continues. 409 `PendingCopyOperation` when the service already copies to that name.
//! <https://learn.microsoft.com/rest/api/storageservices/copy-file>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use super::trailing_dots::keep_source_dots;
use crate::location::ShareLocation;
use crate::store::Origin;
use crate::store::share::properties::copy_smb;

/// Copies the origin to the file of this full name. With `keeps_smb` the file gets the attributes and
/// times of the source, which is a file too.
///
/// The service copies content headers and metadata too, because the request names none.
pub fn request(place: &ShareLocation, name: &str, origin: &Origin, keeps_smb: bool) -> Request {
    let request = to_file(Method::PUT, place, name).expect(Expected::status(202));
    let request = keep_source_dots(place, origin.add_to(request));
    if keeps_smb {
        copy_smb(request)
    } else {
        request
    }
}
