//! Append Block, Append Block From URL, and Append Blob Seal.
//! <https://learn.microsoft.com/rest/api/storageservices/append-block>,
//! <https://learn.microsoft.com/rest/api/storageservices/append-blob-seal>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content};
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::blob::{encryption, headers, preconditions, source};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::upload::{self, ReceivedBody};
use crate::emulator::version::ApiVersion;

/// The most blocks of an append blob.
const BLOCKS_MAX: usize = 50_000;

/// The longest block by version, in bytes.
fn bytes_max(version: ApiVersion) -> u64 {
    if version.since(2022, 11, 2) {
        100 << 20
    } else {
        4 << 20
    }
}

/// Appends the body.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    upload::check_length(call, body, bytes_max(call.version))?;
    if body.length() == 0 {
        return Err(Refusal::invalid_header("Content-Length", "0"));
    }
    check(call, &mut *call.container()?.enter()?, body.length())?;
    let received = upload::receive_part(call, body)?;
    append(call, received)
}

/// Appends bytes that the service fetches.
pub fn from_url(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let source = source::open_range(call, bytes_max(call.version))?;
    check(call, &mut *call.container()?.enter()?, source.length)?;
    let received = upload::store_source(call, &source.pieces)?;
    append(call, received)
}

/// Seals the blob: it takes no more blocks.
pub fn seal(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = preconditions::change(call, &mut state)?;
    check_position(call, list_of(blob)?, 0)?;
    if !blob.sealed {
        blob.sealed = true;
        blob.touch(call.now);
    }
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    Ok(response.header("x-ms-blob-sealed", "true"))
}

fn append(call: &BlobCall<'_>, received: ReceivedBody) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = check(call, &mut state, received.extent.length())?;
    let Content::Append(list) = &mut blob.content else {
        return Err(Refusal::wrong_blob_type());
    };
    let offset = list.length();
    Arc::make_mut(list).push(Block {
        id: String::new(),
        extent: received.extent,
    });
    blob.touch(call.now);
    let mut response = Response::new(201);
    headers::set_version(&mut response, blob);
    upload::set_digests(&mut response, &received.digests);
    response.set("x-ms-blob-append-offset", offset.to_string());
    headers::set_kind(&mut response, blob);
    encryption::write(&mut response, &blob.encryption);
    state.note_append(call.target.blob());
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

fn check<'s>(
    call: &BlobCall<'_>,
    state: &'s mut ContainerState,
    length: u64,
) -> ServiceResult<&'s mut Blob> {
    let blob = preconditions::change_part(call, state)?;
    let list = list_of(blob)?;
    encryption::check(call, blob)?;
    if blob.sealed {
        return Err(Refusal::new(
            409,
            "BlobIsSealed",
            "The specified blob is sealed, and its contents can't be modified unless the blob is re-created after a delete.",
        ));
    }
    check_position(call, list, length)?;
    if list.blocks().len() >= BLOCKS_MAX {
        return Err(Refusal::new(
            409,
            "BlockCountExceedsLimit",
            "The committed block count cannot exceed the maximum limit of 50,000 blocks.",
        ));
    }
    Ok(blob)
}

/// Checks `x-ms-blob-condition-appendpos` and `x-ms-blob-condition-maxsize`.
fn check_position(call: &BlobCall<'_>, list: &BlockList, length: u64) -> ServiceResult<()> {
    if call
        .head
        .number("x-ms-blob-condition-appendpos")?
        .is_some_and(|wanted| wanted != list.length())
    {
        return Err(Refusal::new(
            412,
            "AppendPositionConditionNotMet",
            "The append position condition specified was not met.",
        ));
    }
    if call
        .head
        .number("x-ms-blob-condition-maxsize")?
        .is_some_and(|max| list.length() + length > max)
    {
        return Err(Refusal::new(
            412,
            "MaxBlobSizeConditionNotMet",
            "The max blob size condition specified was not met.",
        ));
    }
    Ok(())
}

fn list_of(blob: &Blob) -> ServiceResult<&BlockList> {
    match &blob.content {
        Content::Append(list) => Ok(list),
        _ => Err(Refusal::wrong_blob_type()),
    }
}
