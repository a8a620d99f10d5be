//! Get Page Ranges and its diff.
//! <https://learn.microsoft.com/rest/api/storageservices/get-page-ranges>

use super::put_page::PAGE_BYTES;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::Content;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::continuation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{PageRange, Pages, listing, range};
use crate::emulator::xml::Writer;

const RANGES_MAX: usize = 10_000;

/// Lists the written ranges, or the changes since a snapshot.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let blob = preconditions::read(call, &state).map_err(|refusal| match refusal.status {
        // The service names the type of the document that it does not send.
        304 => refusal.with_header("Content-Type", "application/xml"),
        _ => refusal,
    })?;
    let Content::Page(pages) = &blob.content else {
        return Err(Refusal::wrong_blob_type());
    };
    let (offset, end) = window(call, pages)?;
    let ranges = match call.query.filled("prevsnapshot") {
        None => pages.ranges(offset, end),
        Some(snapshot) => {
            let slot = state
                .blobs
                .get(call.target.blob())
                .ok_or_else(Refusal::blob_not_found)?;
            let before = slot
                .snapshots
                .get(snapshot)
                .ok_or_else(previous_not_found)?;
            if before.written > blob.written {
                return Err(Refusal::new(
                    400,
                    "PreviousSnapshotCannotBeNewer",
                    "The previous snapshot may not be newer than the snapshot.",
                ));
            }
            let Content::Page(before) = &before.content else {
                return Err(Refusal::wrong_blob_type());
            };
            pages.difference(before, offset, end)
        }
    };
    let max = match call.query.filled("maxresults") {
        Some(_) => listing::page_size(call.query)?,
        None => RANGES_MAX,
    };
    let mut xml = Writer::new();
    xml.open("PageList", &[]);
    for range in ranges.iter().take(max) {
        write(&mut xml, *range);
    }
    let next = ranges
        .get(max)
        .map(|range| continuation::marker(&start_of(*range).to_string()));
    if let Some(next) = next {
        xml.leaf("NextMarker", &next);
    }
    xml.close("PageList");
    let mut response = Response::xml(xml);
    headers::set_version(&mut response, blob);
    response.set("x-ms-blob-content-length", pages.size().to_string());
    Ok(response)
}

/// The bytes to list: from the range or the marker on, in whole pages, clipped.
fn window(call: &BlobCall<'_>, pages: &Pages) -> ServiceResult<(u64, u64)> {
    let (offset, end) = match range::requested(call.head)? {
        None => (0, pages.size()),
        Some(asked) => {
            let (offset, length) = asked.within(pages.size())?;
            let end = (offset + length)
                .next_multiple_of(PAGE_BYTES)
                .min(pages.size());
            (offset / PAGE_BYTES * PAGE_BYTES, end)
        }
    };
    let marker = continuation::start(call.query)?;
    let from = if marker.is_empty() {
        offset
    } else {
        marker.parse().unwrap_or(offset)
    };
    Ok((from.max(offset).min(end), end))
}

fn start_of(range: PageRange) -> u64 {
    match range {
        PageRange::Filled(start, _) | PageRange::Cleared(start, _) => start,
    }
}

fn write(xml: &mut Writer, range: PageRange) {
    let (name, start, end) = match range {
        PageRange::Filled(start, end) => ("PageRange", start, end),
        PageRange::Cleared(start, end) => ("ClearRange", start, end),
    };
    xml.open(name, &[])
        .leaf("Start", &start.to_string())
        .leaf("End", &(end - 1).to_string())
        .close(name);
}

fn previous_not_found() -> Refusal {
    Refusal::new(
        409,
        "PreviousSnapshotNotFound",
        "The previous snapshot is not found.",
    )
}
