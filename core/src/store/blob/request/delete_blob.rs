//! Delete Blob: 202, and it is gone.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::snapshot::query_on;
use crate::store::rest::conditions::Condition;

/// What is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deleted<'a> {
    /// The blob. The service refuses that with 409 where it has snapshots.
    Blob,
    /// The blob and all of its snapshots.
    BlobWithSnapshots,
    /// This snapshot, or this version if the id begins with [`VERSION_MARK`](crate::entry::VERSION_MARK).
    Snapshot(&'a str),
}

/// Deletes the blob of this full name, or a snapshot of it.
pub fn request(
    place: &BlobLocation,
    name: &str,
    deleted: Deleted<'_>,
    condition: Condition<'_>,
) -> Request {
    let request = Request::new(Method::DELETE, place.account(), place.blob_path(name))
        .expect(Expected::status(202));
    let request = match deleted {
        Deleted::Blob => request,
        Deleted::BlobWithSnapshots => request.header("x-ms-delete-snapshots", "include"),
        Deleted::Snapshot(snapshot) => query_on(request, snapshot),
    };
    condition.on(request)
}
