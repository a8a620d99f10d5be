//! Where a page blob has data: the ranges of its pages in use, asked for part by part.

use super::read::of_snapshot;
use super::request::get_page_ranges;
use super::rules::PAGE_RANGES_SPAN_BYTES;
use crate::Result;
use crate::entry::{ETag, Entry};
use crate::location::BlobLocation;
use crate::plan::chunks::Chunks;
use crate::plan::extents::Extents;
use crate::store::Tools;
use crate::store::rest::conditions::Condition;
use crate::store::rest::range::ByteRange;
use crate::store::rest::{malformed, xml};

/// The parts in use of this version of the entry, which is the page blob of this full name. Another version is refused
/// by the service (412).
pub(super) async fn extents(
    tools: &Tools,
    place: &BlobLocation,
    name: &str,
    entry: &Entry,
    etag: &ETag,
) -> Result<Extents> {
    let mut ranges = Vec::new();
    for span in Chunks::new(entry.bytes, PAGE_RANGES_SPAN_BYTES) {
        let Some(range) = ByteRange::new(span.offset, span.bytes) else {
            continue;
        };
        let mut after = None;
        loop {
            let condition = Condition::Unchanged(etag);
            let request = get_page_ranges::request(place, name, range, after.as_ref(), condition);
            let request = of_snapshot(request, entry.snapshot.as_deref());
            let reply = tools
                .client
                .send_with_cap(&request, xml::BODY_BYTES_MAX)
                .await?;
            let list = get_page_ranges::parse(&reply.body)?;
            ranges.extend(list.ranges);
            if list.next.is_none() {
                break;
            }
            if list.next == after {
                return Err(malformed(
                    "its list of page ranges repeats itself without end",
                ));
            }
            after = list.next;
        }
    }
    Ok(Extents::new(entry.bytes, ranges))
}
