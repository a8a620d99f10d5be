//! Get Page Ranges: the pages of a page blob that are in use. 200. All other pages are zeros.
//!
//! The range is not sent as `Range`, which a cache on the way would take for a range of the list.
//! <https://learn.microsoft.com/rest/api/storageservices/get-page-ranges>

use azring_transport::http::{Expected, Request};
use http::Method;

use crate::Result;
use crate::location::BlobLocation;
use crate::store::rest::conditions::Condition;
use crate::store::rest::malformed;
use crate::store::rest::page::Marker;
use crate::store::rest::range::ByteRange;
use crate::store::rest::xml::Xml;

/// Some of a blob's pages in use.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PageList {
    /// Offset and length of each range, in bytes, as the service lists them. Some servers neither merge adjacent
    /// ranges nor cut ranges at the end of the request.
    pub ranges: Vec<(u64, u64)>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Marker>,
}

/// Requests the pages in use of this range of the blob.
pub fn request(
    place: &BlobLocation,
    name: &str,
    range: ByteRange,
    after: Option<&Marker>,
    condition: Condition<'_>,
) -> Request {
    let mut request = Request::new(Method::GET, place.account(), place.blob_path(name))
        .query("comp", "pagelist")
        .header("x-ms-range", range.to_string());
    if let Some(Marker(marker)) = after {
        request = request.query("marker", marker.as_str());
    }
    condition.on_reading(request.expect(Expected::status(200)))
}

/// Reads the answer's body.
pub fn parse(body: &[u8]) -> Result<PageList> {
    let mut list = PageList::default();
    Xml::open(body, "PageList")?.children(|xml, tag| {
        match tag.name() {
            "PageRange" => list.ranges.push(read_range(xml)?),
            "NextMarker" => {
                let marker = xml.text()?.into_owned();
                list.next = (!marker.is_empty()).then_some(Marker(marker));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(list)
}

fn read_range(xml: &mut Xml<'_>) -> Result<(u64, u64)> {
    let (mut first, mut last) = (None, None);
    xml.children(|xml, tag| {
        match tag.name() {
            "Start" => first = xml.text()?.trim().parse().ok(),
            "End" => last = xml.text()?.trim().parse::<u64>().ok(),
            _ => {}
        }
        Ok(())
    })?;
    match (first, last) {
        (Some(first), Some(last)) if first <= last && last < u64::MAX => {
            Ok((first, last - first + 1))
        }
        _ => Err(malformed("the list has a malformed page range")),
    }
}
