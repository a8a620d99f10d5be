//! Where a page blob has data: the ranges of its pages in use, asked for part by part.

use super::read::of_snapshot;
use super::request::get_page_ranges;
use super::rules::{PAGE_BYTES, PAGE_RANGES_SPAN_BYTES};
use crate::Result;
use crate::entry::{ETag, Entry};
use crate::location::BlobLocation;
use crate::plan::chunks::Chunks;
use crate::plan::extents::Extents;
use crate::store::Tools;
use crate::store::rest::conditions::Condition;
use crate::store::rest::continuation::Continuation;
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
        let mut continuation = Continuation::default();
        loop {
            let condition = Condition::Unchanged(etag);
            let request = get_page_ranges::request(place, name, range, after.as_ref(), condition);
            let request = of_snapshot(request, entry.snapshot.as_deref());
            let reply = tools
                .client
                .send_with_cap(&request, xml::BODY_BYTES_MAX)
                .await?;
            let list = get_page_ranges::parse(&reply.body)?;
            check(&list.ranges, entry.bytes)?;
            let (count, next) = (list.ranges.len(), list.next.as_ref());
            continuation.page("its list of page ranges", count, next)?;
            ranges.extend(list.ranges);
            if list.next.is_none() {
                break;
            }
            after = list.next;
        }
    }
    Ok(Extents::new(entry.bytes, ranges))
}

/// Ranges may come in any order and lie over each other: together they say where data is. But they are whole pages, and
/// pages that the blob has.
fn check(ranges: &[(u64, u64)], object_bytes: u64) -> Result<()> {
    let is_page = |&(offset, bytes): &(u64, u64)| {
        let is_whole = offset.is_multiple_of(PAGE_BYTES) && bytes.is_multiple_of(PAGE_BYTES);
        is_whole
            && offset
                .checked_add(bytes)
                .is_some_and(|end| end <= object_bytes)
    };
    match ranges.iter().find(|range| !is_page(range)) {
        None => Ok(()),
        Some((offset, bytes)) => Err(malformed(format_args!(
            "its list of page ranges has {bytes} bytes at {offset}, which are no pages of a blob of {object_bytes} bytes"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_whole_pages_within_the_blob_in_any_order() {
        assert!(check(&[(512, 1024), (0, 1024)], 2048).is_ok());
        for wrong in [(0, 513), (1, 512), (1536, 1024), (u64::MAX - 511, 512)] {
            assert!(check(&[(0, 512), wrong], 2048).is_err(), "{wrong:?}");
        }
    }
}
