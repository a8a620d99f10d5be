//! The ranges of a file, as requests of Azure Files.

use std::sync::Arc;

use azring_transport::buffer::Lease;
use azring_transport::http::{Reply, Request};

use super::request::get_file;
use crate::entry::ETag;
use crate::location::ShareLocation;
use crate::store::rest::checksum;
use crate::store::rest::range::ByteRange;
use crate::store::rest::ranged_reader::RangeRequests;

/// The version of a file that was listed.
pub(super) struct FileRanges {
    pub(super) place: Arc<ShareLocation>,
    /// The file's full name.
    pub(super) name: String,
    pub(super) etag: ETag,
    pub(super) bytes: u64,
}

impl RangeRequests for FileRanges {
    fn name(&self) -> &str {
        &self.name
    }

    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn request(&self, range: ByteRange, with_checksum: bool) -> Request {
        get_file::request(
            &self.place,
            &self.name,
            range,
            self.bytes,
            &self.etag,
            with_checksum,
        )
    }

    fn is_right(&self, reply: &Reply, filled: &Lease) -> bool {
        // The MD5 of a whole file has this header too, in an answer without a range.
        let is_of_range = reply.headers.contains_key("content-range");
        !is_of_range || checksum::has_md5(reply, filled)
    }
}
