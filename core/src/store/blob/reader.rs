//! The ranges of a blob or of a snapshot, as requests of Blob storage.

use std::sync::Arc;

use azring_transport::buffer::Lease;
use azring_transport::http::{Reply, Request};

use super::request::get_blob;
use super::snapshot::query_on;
use crate::entry::{ETag, Snapshot};
use crate::location::BlobLocation;
use crate::store::rest::checksum;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;
use crate::store::rest::ranged_reader::RangeRequests;

/// The version of a blob that was listed.
pub(super) struct BlobRanges {
    pub(super) place: Arc<BlobLocation>,
    /// The blob's full name.
    pub(super) name: String,
    pub(super) etag: ETag,
    pub(super) bytes: u64,
    pub(super) snapshot: Option<Box<Snapshot>>,
}

impl RangeRequests for BlobRanges {
    fn name(&self) -> &str {
        &self.name
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn request(&self, range: ByteRange, with_checksum: bool) -> Request {
        let request = get_blob::request(
            &self.place,
            &self.name,
            Some(range),
            Some(self.bytes),
            Condition::Unchanged(&self.etag),
            with_checksum,
        );
        of_snapshot(request, self.snapshot.as_deref())
    }

    fn is_right(&self, reply: &Reply, filled: &Lease) -> bool {
        checksum::has_crc64(reply, filled)
    }
}

/// The same request to a snapshot or a version, where there is one.
pub(super) fn of_snapshot(request: Request, snapshot: Option<&Snapshot>) -> Request {
    match snapshot {
        Some(snapshot) => query_on(request, &snapshot.id),
        None => request,
    }
}
