//! List Ranges: the ranges of a file that have data. 200. All other bytes are zeros.
//!
//! The range is not sent as `Range`, which a cache on the way would take for a range of the list.
//! <https://learn.microsoft.com/rest/api/storageservices/list-ranges>

use azring_transport::http::{Expected, Request};
use http::Method;

use super::to_file;
use crate::Result;
use crate::entry::ETag;
use crate::location::ShareLocation;
use crate::store::rest::malformed;
use crate::store::rest::range::ByteRange;
use crate::store::rest::xml::Xml;

/// Asks for the ranges with data in this range of this version of the file.
pub fn request(place: &ShareLocation, name: &str, range: ByteRange, etag: &ETag) -> Request {
    to_file(Method::GET, place, name)
        .query("comp", "rangelist")
        .header("x-ms-range", range.to_string())
        .expect(Expected::status(200))
        .pin_version(etag.0.as_str())
}

/// Reads the answer's body: offset and length of each range, in bytes. The service counts in blocks of
/// 512 bytes.
pub fn parse(body: &[u8]) -> Result<Vec<(u64, u64)>> {
    let mut ranges = Vec::new();
    Xml::open(body, "Ranges")?.children(|xml, tag| {
        if tag.name() == "Range" {
            ranges.push(read_range(xml)?);
        }
        Ok(())
    })?;
    Ok(ranges)
}

fn read_range(xml: &mut Xml<'_>) -> Result<(u64, u64)> {
    let (mut first, mut last) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "Start" => first = xml.text()?.trim().parse::<u64>().ok(),
            "End" => last = xml.text()?.trim().parse::<u64>().ok(),
            _ => {}
        }
        Ok(())
    })?;
    match (first, last) {
        (Some(first), Some(last)) if first <= last && last < u64::MAX => {
            Ok((first, last - first + 1))
        }
        _ => Err(malformed("the list has a malformed range")),
    }
}
