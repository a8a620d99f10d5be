//! List Ranges: where a file has bytes.
//! <https://learn.microsoft.com/rest/api/storageservices/list-ranges>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{PageRange, Pages, range};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::FileNode;
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers};
use crate::emulator::xml::Writer;

/// The service lists whole blocks of this size, up to the file's end.
const BLOCK_BYTES: u64 = 512;

/// Returns the ranges of the file, or of a range of it.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let (node, data) = find::read_file(call, &state)?;
    let total = data.pages.size();
    let (offset, length) = match range::requested(call.head)? {
        Some(asked) => asked.within(total)?,
        None => (0, total),
    };
    let listed = match previous(call, &state, node.id)? {
        Some(before) => data.pages.difference(before, offset, offset + length),
        None => data.pages.ranges(offset, offset + length),
    };
    let listed = in_blocks(&listed, offset, offset + length);
    let mut response = Response::xml(document(&listed));
    headers::set_version(&mut response, node.etag, node.last_modified);
    Ok(response.header("x-ms-content-length", total.to_string()))
}

/// The file's bytes in the snapshot that `prevsharesnapshot` names: only changes since then are
/// listed.
fn previous<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
    id: u64,
) -> ServiceResult<Option<&'s Pages>> {
    const NAME: &str = "prevsharesnapshot";
    let Some(time) = call.query.filled(NAME) else {
        return Ok(None);
    };
    if !call.version.since(2020, 2, 10) {
        return Err(Refusal::unsupported_query(NAME));
    }
    let snapshot = state.snapshots().get(time).ok_or_else(|| {
        Refusal::new(
            409,
            "PreviousSnapshotNotFound",
            "The previous snapshot is not found.",
        )
    })?;
    let before = snapshot.tree.node(id).and_then(FileNode::file);
    match before {
        Some(before) => Ok(Some(&before.pages)),
        None => Err(Refusal::new(
            409,
            "FileGenerationMismatch",
            "The file has been recreated since the previous snapshot was taken.",
        )),
    }
}

/// The ranges extended to whole blocks, within the bounds. Blocks that have bytes are not cleared.
pub fn in_blocks(ranges: &[PageRange], from: u64, to: u64) -> Vec<PageRange> {
    let outward = |start: u64, end: u64| {
        let start = start / BLOCK_BYTES * BLOCK_BYTES;
        let end = end.next_multiple_of(BLOCK_BYTES);
        (start.max(from), end.min(to))
    };
    let mut listed: Vec<PageRange> = Vec::new();
    for range in ranges {
        match (*range, listed.last_mut()) {
            (PageRange::Filled(start, end), last) => {
                let (start, end) = outward(start, end);
                match last {
                    Some(PageRange::Filled(_, before)) if *before >= start => *before = end,
                    Some(PageRange::Cleared(begin, before)) if *before > start => {
                        *before = start;
                        if *begin >= start {
                            listed.pop();
                        }
                        push_filled(&mut listed, start, end);
                    }
                    _ => listed.push(PageRange::Filled(start, end)),
                }
            }
            (PageRange::Cleared(start, end), last) => {
                let (start, end) = outward(start, end);
                let start = match last {
                    Some(PageRange::Filled(_, before) | PageRange::Cleared(_, before)) => {
                        start.max(*before)
                    }
                    None => start,
                };
                if start < end {
                    listed.push(PageRange::Cleared(start, end));
                }
            }
        }
    }
    listed
}

fn push_filled(listed: &mut Vec<PageRange>, start: u64, end: u64) {
    match listed.last_mut() {
        Some(PageRange::Filled(_, before)) if *before >= start => *before = end.max(*before),
        _ => listed.push(PageRange::Filled(start, end)),
    }
}

fn document(ranges: &[PageRange]) -> Writer {
    let mut xml = Writer::new();
    if ranges.is_empty() {
        xml.leaf("Ranges", "");
        return xml;
    }
    xml.open("Ranges", &[]);
    for range in ranges {
        let (element, start, end) = match *range {
            PageRange::Filled(start, end) => ("Range", start, end),
            PageRange::Cleared(start, end) => ("ClearRange", start, end),
        };
        xml.open(element, &[])
            .leaf("Start", &start.to_string())
            .leaf("End", &(end - 1).to_string())
            .close(element);
    }
    xml.close("Ranges");
    xml
}

#[cfg(test)]
mod tests {
    use super::*;
    use PageRange::{Cleared, Filled};

    #[test]
    fn ranges_are_listed_in_whole_blocks_up_to_the_end() {
        assert_eq!(
            in_blocks(&[Filled(0, 1), Filled(8, 10)], 0, 10),
            [Filled(0, 10)]
        );
        assert_eq!(
            in_blocks(&[Filled(0, 512), Filled(1024, 1025)], 0, 2048),
            [Filled(0, 512), Filled(1024, 1536)]
        );
    }

    #[test]
    fn a_block_that_has_bytes_is_not_listed_as_cleared() {
        let changes = [Cleared(0, 600), Filled(600, 700), Cleared(700, 2000)];
        assert_eq!(
            in_blocks(&changes, 0, 2048),
            [Cleared(0, 512), Filled(512, 1024), Cleared(1024, 2048)]
        );
        assert_eq!(
            in_blocks(&[Cleared(0, 10), Filled(10, 20)], 0, 512),
            [Filled(0, 512)]
        );
    }
}
