//! Finds the ranges of a page blob that have data, part by part.

use azring_transport::http::Reply;

use super::reader::of_snapshot;
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
use crate::store::rest::document::request_document;
use crate::store::rest::malformed;
use crate::store::rest::range::ByteRange;

/// The ranges with data of this version of a page blob. The service refuses another version (412).
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
            let shown = || format!("the list of page ranges of `{}`", place.blob_url(name));
            let read = |reply: &Reply| {
                let list = get_page_ranges::parse(&reply.body)?;
                check(&list.ranges, entry.bytes)?;
                Ok(list)
            };
            let list = request_document(tools, &request, shown, read).await?;
            let (count, next) = (list.ranges.len(), list.next.as_ref());
            continuation.page("the list of page ranges", count, next)?;
            ranges.extend(list.ranges);
            if list.next.is_none() {
                break;
            }
            after = list.next;
        }
    }
    Ok(Extents::new(entry.bytes, ranges))
}

/// Checks that the ranges are whole pages of the blob. They may come in any order and may overlap.
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
            "the list of page ranges has {bytes} bytes at {offset}, which are not pages of a blob of {object_bytes} bytes"
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
