//! Copy Blob and Copy Blob From URL: the service reads the source and writes the blob.
//!
//! 202 with `x-ms-copy-id` and `x-ms-copy-status`: `success` when the copy is complete, `pending` when
//! the service continues in its own time. 409 `PendingCopyOperation` when the service already copies
//! to that name.
//! <https://learn.microsoft.com/rest/api/storageservices/copy-blob>
//! <https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::Origin;
use crate::store::rest::conditions::Condition;

/// Which of the two operations is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyMode {
    /// Copy Blob: the service answers at once, and the copy may continue.
    Async,
    /// Copy Blob From URL: the service answers when the copy is complete. For block blobs of up to
    /// 256 MiB.
    Sync,
}

/// Copies the origin to the blob of this full name.
///
/// The service refuses the copy with 412 where the origin has another version or the condition on the
/// blob does not hold. It copies properties and metadata too, because the request names none.
pub fn request(
    place: &BlobLocation,
    name: &str,
    origin: &Origin,
    mode: CopyMode,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::PUT, place.account(), place.blob_path(name))
        .expect(Expected::status(202));
    let request = condition.on(origin.add_to(request));
    match mode {
        CopyMode::Async => request,
        CopyMode::Sync => request.header("x-ms-requires-sync", "true"),
    }
}
