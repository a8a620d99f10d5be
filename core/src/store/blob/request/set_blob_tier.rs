//! Set Blob Tier: 200, or 202 where the blob leaves the archive, which takes hours. The blob keeps its version, and the
//! service takes no condition on it.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-tier>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::options::{AccessTier, RehydratePriority};

/// Gives the blob of this full name another tier.
pub fn request(
    place: &BlobLocation,
    name: &str,
    tier: AccessTier,
    priority: Option<RehydratePriority>,
) -> Request {
    Request::new(Method::PUT, place.account(), place.blob_path(name))
        .query("comp", "tier")
        .header("x-ms-access-tier", tier.word())
        .header_if(
            "x-ms-rehydrate-priority",
            priority.map(RehydratePriority::word),
        )
        .expect(Expected::default())
}
