//! Get Page Ranges: which pages of a page blob are in use. 200; the others are zeros. The range is not told as `Range`: a
//! cache on the way would take it for a range of the list.
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
    /// Offset and length of each range, in bytes, as the service tells them: some servers do not merge what lies side
    /// by side, nor cut what goes beyond what was asked for.
    pub ranges: Vec<(u64, u64)>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<Marker>,
}

/// Asks which pages of this range of the blob are in use.
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
        _ => Err(malformed("it lists a page range that is none")),
    }
}
