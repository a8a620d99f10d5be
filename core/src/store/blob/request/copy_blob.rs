//! Copy Blob and Copy Blob From URL: the service reads the source and writes the blob. 202 with `x-ms-copy-id` and
//! `x-ms-copy-status`, which is `success` when all of it is done and `pending` when the service goes on in its own time.
//! 409 `PendingCopyOperation` when it is busy copying to that name already.
//! <https://learn.microsoft.com/rest/api/storageservices/copy-blob>
//! <https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::Origin;
use crate::store::rest::conditions::Condition;

/// When the service answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// At once; the copy may go on.
    Early,
    /// When the copy is done. For block blobs of up to 256 MiB.
    Done,
}

/// Copies the origin to the blob of this full name, if it is still the version that is meant (else 412) and the condition on
/// the blob holds. Properties and
/// metadata come along, because the request names none.
pub fn request(
    place: &BlobLocation,
    name: &str,
    origin: &Origin,
    answers: Answers,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .expect(Expected::status(202));
    let request = condition.on(origin.add_to(request));
    match answers {
        Answers::Early => request,
        Answers::Done => request.header("x-ms-requires-sync", "true"),
    }
}
