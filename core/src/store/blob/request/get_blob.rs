//! Get Blob: its bytes, or a range of them. 200 with all, 206 with a range; [`Properties::of_get`] reads the headers.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob>
//!
//! [`Properties::of_get`]: crate::store::blob::properties::Properties::of_get

use azring_transport::http::{Expected, HedgePolicy, Request};
use http::Method;

use crate::location::BlobLocation;
use crate::store::blob::rules::RANGE_CHECKSUM_BYTES_MAX;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;

/// Asks for a range of the blob of this full name, or for all of it. An empty blob has no range to ask for.
///
/// `with_crc64` asks for the CRC-64 of the range beside it (`x-ms-content-crc64`); the service gives none for all of a
/// blob or for a range larger than [`RANGE_CHECKSUM_BYTES_MAX`], so none is asked for then. `blob_bytes` is the length
/// that the blob must still have, where it is known.
pub fn request(
    place: &BlobLocation,
    name: &str,
    range: Option<ByteRange>,
    blob_bytes: Option<u64>,
    condition: Condition<'_>,
    with_crc64: bool,
) -> Request {
    let with_crc64 =
        with_crc64 && range.is_some_and(|range| range.bytes() <= RANGE_CHECKSUM_BYTES_MAX);
    let request = Request::new(Method::GET, place.account(), place.blob_path(name))
        .header_if("x-ms-range-get-content-crc64", with_crc64.then_some("true"));
    let request = match range {
        Some(range) => range.on(request, blob_bytes),
        None => request.expect(Expected::status(200)),
    };
    condition.on_reading(request.hedge_policy(HedgePolicy::Hedged))
}
