//! Put Page and Put Page From URL: write pages, or clear them.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page>,
//! <https://learn.microsoft.com/rest/api/storageservices/put-page-from-url>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, ContainerState, Content, Pages};
use crate::emulator::blob::{headers, preconditions, source};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;
use crate::emulator::service::range::RequestedRange;
use crate::emulator::service::upload::ReceivedBody;
use crate::emulator::service::{copy_source, range, upload};

/// The size of a page, in bytes.
pub const PAGE_BYTES: u64 = 512;
/// The most that one call writes, in bytes.
const WRITE_BYTES_MAX: u64 = 4 << 20;

/// Writes or clears, as `x-ms-page-write` says.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let (offset, length) = page_range(call)?;
    match call
        .head
        .required("x-ms-page-write")?
        .to_ascii_lowercase()
        .as_str()
    {
        "update" => update(call, body, offset, length),
        "clear" => clear(call, body, offset, length),
        other => Err(Refusal::invalid_header("x-ms-page-write", other)),
    }
}

/// Writes bytes that the service fetches.
pub fn from_url(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let (offset, length) = page_range(call)?;
    check_size(length)?;
    check(call, &mut *call.container()?.enter()?, offset, length)?;
    let source = source::open(call)?;
    let (from, count) = copy_source::range(call, source.length)?;
    if count != length {
        return Err(Refusal::invalid_header(
            "x-ms-source-range",
            call.head.header_or_empty("x-ms-source-range"),
        ));
    }
    let received = upload::store_source(call, &source.read(from, length))?;
    write(call, offset, length, received)
}

fn update(
    call: &BlobCall<'_>,
    body: &mut Body<'_>,
    offset: u64,
    length: u64,
) -> ServiceResult<Response> {
    upload::check_length(call, body, WRITE_BYTES_MAX)?;
    if body.length() != length {
        return Err(Refusal::invalid_header(
            "Content-Length",
            &body.length().to_string(),
        ));
    }
    check(call, &mut *call.container()?.enter()?, offset, length)?;
    let received = upload::receive_part(call, body)?;
    write(call, offset, length, received)
}

fn write(
    call: &BlobCall<'_>,
    offset: u64,
    length: u64,
    received: ReceivedBody,
) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = check(call, &mut state, offset, length)?;
    pages_mut(blob)?.write(offset, received.extent);
    let mut response = answer(call, blob);
    state.note_write(call.target.blob(), offset);
    upload::set_digests(&mut response, &received.digests);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

fn clear(
    call: &BlobCall<'_>,
    body: &Body<'_>,
    offset: u64,
    length: u64,
) -> ServiceResult<Response> {
    if body.length() > 0 {
        return Err(Refusal::invalid_header(
            "Content-Length",
            &body.length().to_string(),
        ));
    }
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = check(call, &mut state, offset, length)?;
    pages_mut(blob)?.clear(offset, length);
    let response = answer(call, blob);
    state.note_clear(call.target.blob(), offset, length);
    Ok(response)
}

fn answer(call: &BlobCall<'_>, blob: &mut Blob) -> Response {
    blob.touch(call.now);
    let mut response = Response::new(201);
    headers::set_version(&mut response, blob);
    headers::set_kind(&mut response, blob);
    response
}

fn check_size(length: u64) -> ServiceResult<()> {
    if length > WRITE_BYTES_MAX {
        Err(Refusal::body_too_large(WRITE_BYTES_MAX))
    } else {
        Ok(())
    }
}

/// The range of the request, in whole pages.
fn page_range(call: &BlobCall<'_>) -> ServiceResult<(u64, u64)> {
    let missing = || Refusal::missing_header("Range");
    let RequestedRange { first, last } = range::requested(call.head)?.ok_or_else(missing)?;
    let last = last.ok_or_else(invalid_page_range)?;
    if !first.is_multiple_of(PAGE_BYTES) || !(last + 1).is_multiple_of(PAGE_BYTES) {
        return Err(Refusal::invalid_header(
            "Range",
            call.head.header("x-ms-range").unwrap_or_default(),
        ));
    }
    Ok((first, last - first + 1))
}

fn check<'s>(
    call: &BlobCall<'_>,
    state: &'s mut ContainerState,
    offset: u64,
    length: u64,
) -> ServiceResult<&'s mut Blob> {
    let blob = preconditions::change_part(call, state)?;
    let Content::Page(pages) = &blob.content else {
        return Err(Refusal::wrong_blob_type());
    };
    check_sequence(call.head, pages.sequence)?;
    if offset + length > pages.size() {
        return Err(invalid_page_range());
    }
    Ok(blob)
}

/// Checks the `x-ms-if-sequence-number-*` conditions.
fn check_sequence(head: &Head, sequence: u64) -> ServiceResult<()> {
    let holds = [
        head.number("x-ms-if-sequence-number-le")?
            .is_none_or(|limit| sequence <= limit),
        head.number("x-ms-if-sequence-number-lt")?
            .is_none_or(|limit| sequence < limit),
        head.number("x-ms-if-sequence-number-eq")?
            .is_none_or(|limit| sequence == limit),
    ];
    if holds.contains(&false) {
        return Err(Refusal::new(
            412,
            "SequenceNumberConditionNotMet",
            "The sequence number condition specified was not met.",
        ));
    }
    Ok(())
}

fn pages_mut(blob: &mut Blob) -> ServiceResult<&mut Pages> {
    match &mut blob.content {
        Content::Page(pages) => Ok(Arc::make_mut(pages)),
        _ => Err(Refusal::wrong_blob_type()),
    }
}

fn invalid_page_range() -> Refusal {
    Refusal::new(
        416,
        "InvalidPageRange",
        "The page range specified is invalid.",
    )
}
