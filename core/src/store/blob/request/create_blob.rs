//! Put Blob of a page or an append blob: it is made without its bytes, which come later. 201, and what was there before
//! is gone.
//! <https://learn.microsoft.com/rest/api/storageservices/put-blob>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::properties::Stored;
use crate::store::rest::conditions::Condition;

/// What kind of blob is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CreatedForm {
    /// A page blob, all zeros.
    Pages {
        /// The length in bytes, a multiple of 512.
        bytes: u64,
        /// The sequence number that the blob begins with, less than 2^63.
        sequence: u64,
    },
    /// An append blob, empty.
    Appended,
}

/// Makes the blob of this full name.
pub fn request(
    place: &BlobLocation,
    name: &str,
    form: CreatedForm,
    stored: Stored<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .expect(Expected::status(201));
    let request = match form {
        CreatedForm::Pages { bytes, sequence } => request
            .header("x-ms-blob-type", "PageBlob")
            .header("x-ms-blob-content-length", bytes.to_string())
            .header("x-ms-blob-sequence-number", sequence.to_string()),
        CreatedForm::Appended => request.header("x-ms-blob-type", "AppendBlob"),
    };
    condition.on(stored.on(request))
}
