//! Get File: its bytes, or a range of them. 200 with all, 206 with a range.
//!
//! The service refuses conditions, so the answer's `ETag` is compared with the version that was
//! listed.
//! <https://learn.microsoft.com/rest/api/storageservices/get-file>

use azring_transport::http::{HedgePolicy, Request};
use http::Method;

use super::to_file;
use crate::entry::ETag;
use crate::location::ShareLocation;
use crate::store::rest::range::ByteRange;
use crate::store::share::rules::RANGE_CHECKSUM_BYTES_MAX;

/// Asks for a range of this version of the file of this full name. `file_bytes` is the length of the
/// whole file.
///
/// `with_md5` asks for the MD5 of the range beside it (`Content-MD5`). The service computes none for
/// a range larger than [`RANGE_CHECKSUM_BYTES_MAX`], so none is asked for then.
pub fn request(
    place: &ShareLocation,
    name: &str,
    range: ByteRange,
    file_bytes: u64,
    etag: &ETag,
    with_md5: bool,
) -> Request {
    let with_md5 = with_md5 && range.bytes() <= RANGE_CHECKSUM_BYTES_MAX;
    let request = to_file(Method::GET, place, name)
        .header_if("x-ms-range-get-content-md5", with_md5.then_some("true"));
    range
        .on(request, Some(file_bytes))
        .pin_version(etag.0.as_str())
        .hedge_policy(HedgePolicy::Hedged)
}
