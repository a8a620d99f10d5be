//! Put Page and Put Page From URL: write pages, or clear them.
//! <https://learn.microsoft.com/rest/api/storageservices/put-page>,
//! <https://learn.microsoft.com/rest/api/storageservices/put-page-from-url>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, Content};
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::blob::{encryption, headers, preconditions, source};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;
use crate::emulator::service::range_write::{self, WRITE_BYTES_MAX};
use crate::emulator::service::upload::{self, ReceivedBody};
use crate::emulator::service::{Pages, RangeWrite, copy_source, foreign_source, range};

/// The size of a page, in bytes.
pub const PAGE_BYTES: u64 = 512;

/// Writes or clears, as `x-ms-page-write` says.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let (offset, length) = page_range(call)?;
    match RangeWrite::read(call.head, "x-ms-page-write")? {
        RangeWrite::Update => update(call, body, offset, length),
        RangeWrite::Clear => clear(call, body, offset, length),
    }
}

/// Writes bytes that the service fetches.
pub fn from_url(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let (offset, length) = page_range(call)?;
    range_write::check_length(length)?;
    check(call, &mut *call.container()?.enter()?, offset, length)?;
    if copy_source::range(call)?.is_some_and(|range| range.length() != Some(length)) {
        return Err(Refusal::invalid_header(
            "x-ms-source-range",
            call.head.header_or_empty("x-ms-source-range"),
        ));
    }
    let source = source::open_range(call, WRITE_BYTES_MAX)?;
    if source.length != length {
        return Err(foreign_source::other_length());
    }
    let received = upload::store_source(call, &source.pieces)?;
    write(call, offset, length, received)
}

fn update(
    call: &BlobCall<'_>,
    body: &mut Body<'_>,
    offset: u64,
    length: u64,
) -> ServiceResult<Response> {
    upload::check_range(call, body, length, WRITE_BYTES_MAX)?;
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
    upload::check_no_body(body)?;
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
    encryption::write(&mut response, &blob.encryption);
    response
}

/// The range of the request, in whole pages.
fn page_range(call: &BlobCall<'_>) -> ServiceResult<(u64, u64)> {
    let missing = || Refusal::missing_header("Range");
    let asked = range::requested(call.head)?.ok_or_else(missing)?;
    let (first, end) = (asked.first, asked.end().ok_or_else(invalid_page_range)?);
    if !first.is_multiple_of(PAGE_BYTES) || !end.is_multiple_of(PAGE_BYTES) {
        return Err(Refusal::invalid_header(
            "Range",
            call.head.header("x-ms-range").unwrap_or_default(),
        ));
    }
    Ok((first, end - first))
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
    encryption::check(call, blob)?;
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
