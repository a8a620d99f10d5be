//! Put Range: write bytes of a file, or clear them.
//! <https://learn.microsoft.com/rest/api/storageservices/put-range>

use crate::emulator::digest::ChecksumSet;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::range_write::{self, WRITE_BYTES_MAX};
use crate::emulator::service::upload::{self, ReceivedBody};
use crate::emulator::service::{PageRange, RangeWrite, range, range_digest};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::FileNode;
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers, source, structured_body};

/// Says whether a range is written or cleared.
const WRITE: &str = "x-ms-write";

/// Writes or clears, as `x-ms-write` says.
pub fn run(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let (offset, length) = written_range(call)?;
    match RangeWrite::read(call.head, WRITE)? {
        RangeWrite::Update => update(call, body, offset, length),
        RangeWrite::Clear => clear(call, body, offset, length),
    }
}

fn update(
    call: &ShareCall<'_>,
    body: &mut Body<'_>,
    offset: u64,
    length: u64,
) -> ServiceResult<Response> {
    let is_structured = structured_body::open(call, body)?;
    upload::check_range(call, body, length, WRITE_BYTES_MAX)?;
    check(call, &*call.share()?.enter()?, offset, length)?;
    let received = receive(call, body, is_structured)?;
    let response = write_received(call, offset, received)?;
    Ok(structured_body::accept(response, is_structured))
}

/// Put Range From URL: writes bytes that the service fetches. The answer names their CRC-64.
/// <https://learn.microsoft.com/rest/api/storageservices/put-range-from-url>
pub fn from_url(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let (offset, length) = written_range(call)?;
    if RangeWrite::read(call.head, WRITE)? == RangeWrite::Clear {
        return Err(Refusal::invalid_header(WRITE, "clear"));
    }
    range_write::check_length(length)?;
    // The service reads the source before it compares the range with the file's length.
    find::change_file(call, &*call.share()?.enter()?)?;
    let pieces = source::read_range(call, length)?;
    let mut received = upload::store_source(call, &pieces)?;
    let wanted = ChecksumSet {
        md5: false,
        crc64: call.resources.store.keeps_bytes(),
    };
    received.digests = range_digest::of(&pieces, wanted)?;
    write_received(call, offset, received)
}

/// Receives bytes of a file. The answer names the checksum that the client sent in a header; an MD5
/// where there is none.
pub fn receive(
    call: &ShareCall<'_>,
    body: &mut Body<'_>,
    is_structured: bool,
) -> ServiceResult<ReceivedBody> {
    let crc64 = call.head.header("x-ms-content-crc64").is_some();
    let always = ChecksumSet {
        md5: !crc64 && !is_structured,
        crc64,
    };
    upload::receive(call, body, always, "content-md5")
}

/// Writes bytes that are in the store, and answers.
fn write_received(
    call: &ShareCall<'_>,
    offset: u64,
    received: ReceivedBody,
) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    let id = check(call, &state, offset, received.extent.length())?;
    let keeps_time = keeps_last_write(call)?;
    let written = state.write(id, offset, received.extent, |node| {
        answer(call, node, keeps_time)
    });
    let mut response = written.ok_or_else(Refusal::resource_not_found)?;
    upload::set_digests(&mut response, &received.digests);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

fn clear(
    call: &ShareCall<'_>,
    body: &Body<'_>,
    offset: u64,
    length: u64,
) -> ServiceResult<Response> {
    upload::check_no_body(body)?;
    if let Some(md5) = call.head.header("content-md5") {
        return Err(Refusal::invalid_header("Content-MD5", md5));
    }
    let share = call.share()?;
    let mut state = share.enter()?;
    let id = check(call, &state, offset, length)?;
    let keeps_time = keeps_last_write(call)?;
    let cleared = state.clear(id, (offset, length), |node| answer(call, node, keeps_time));
    cleared.ok_or_else(Refusal::resource_not_found)
}

/// Gives the file a new version, and answers with it. Since 2021-06-08 a write changes the
/// last-write time, unless the request keeps it.
fn answer(call: &ShareCall<'_>, node: &mut FileNode, keeps_time: bool) -> Response {
    node.touch(call.now);
    let mut response = Response::new(201);
    headers::set_version(&mut response, node.etag, node.last_modified);
    if call.version.since(2021, 6, 8) {
        if !keeps_time {
            node.smb.last_write = call.now;
        }
        node.smb.changed = call.now;
        let last_write = node.smb.last_write.iso8601();
        response.set("x-ms-file-last-write-time", last_write);
    }
    response
}

/// `x-ms-file-last-write-time: preserve`.
fn keeps_last_write(call: &ShareCall<'_>) -> ServiceResult<bool> {
    const NAME: &str = "x-ms-file-last-write-time";
    match call.head.header(NAME) {
        None | Some("") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("now") => Ok(false),
        Some(text) if text.eq_ignore_ascii_case("preserve") => Ok(true),
        Some(text) => Err(Refusal::invalid_header(NAME, text)),
    }
}

/// The range of the request, both ends named: offset and length.
pub fn written_range(call: &ShareCall<'_>) -> ServiceResult<(u64, u64)> {
    let missing = || Refusal::missing_header("x-ms-range");
    let asked = range::requested(call.head)?.ok_or_else(missing)?;
    let length = asked.length().ok_or_else(|| {
        Refusal::invalid_header("x-ms-range", call.head.header_or_empty("x-ms-range"))
    })?;
    Ok((asked.first, length))
}

/// Refuses a write that the file does not allow. Returns the file's id.
pub fn check(
    call: &ShareCall<'_>,
    state: &ShareState,
    offset: u64,
    length: u64,
) -> ServiceResult<u64> {
    let node = find::change_file(call, state)?;
    if node.is_read_only() {
        return Err(Refusal::read_only());
    }
    let size = node.file().map_or(0, |data| data.pages.size());
    if offset.checked_add(length).is_none_or(|end| end > size) {
        return Err(Refusal::invalid_range());
    }
    check_quota(state, node, offset, length)?;
    Ok(node.id)
}

/// Refuses a write after which the share's files are larger than its quota.
pub fn check_quota(
    state: &ShareState,
    node: &FileNode,
    offset: u64,
    length: u64,
) -> ServiceResult<()> {
    let quota = state.properties().quota_bytes();
    let used = state.tree().used_bytes();
    if used + length <= quota {
        return Ok(());
    }
    let overwritten = node.file().map_or(0, |data| {
        let ranges = data.pages.ranges(offset, offset + length);
        let bytes = |range: &PageRange| match *range {
            PageRange::Filled(start, end) | PageRange::Cleared(start, end) => end - start,
        };
        ranges.iter().map(bytes).sum()
    });
    if used - overwritten + length > quota {
        Err(Refusal::share_full())
    } else {
        Ok(())
    }
}
