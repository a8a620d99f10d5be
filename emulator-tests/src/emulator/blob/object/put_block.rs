//! Put Block, and Put Block From URL.
//! <https://learn.microsoft.com/rest/api/storageservices/put-block>,
//! <https://learn.microsoft.com/rest/api/storageservices/put-block-from-url>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::{Content, Slot};
use crate::emulator::blob::{encryption, hierarchy, names, source};
use crate::emulator::digest::from_base64;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::upload::{self, ReceivedBody};
use crate::emulator::version::ApiVersion;

/// The most uncommitted blocks of a blob.
const STAGED_MAX: usize = 100_000;
/// The longest block id, in bytes before base64.
const ID_BYTES_MAX: usize = 64;

/// The longest block by version, in bytes.
fn bytes_max(version: ApiVersion) -> u64 {
    if version.since(2019, 12, 12) {
        4000 << 20
    } else if version.since(2016, 5, 31) {
        100 << 20
    } else {
        4 << 20
    }
}

/// Stores the body as an uncommitted block.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    let id = block_id(call)?;
    upload::check_length(call, body, bytes_max(call.version))?;
    if body.length() == 0 {
        return Err(Refusal::invalid_header("Content-Length", "0"));
    }
    check(
        call,
        call.container()?.enter()?.blobs.get(call.target.blob()),
        id,
    )?;
    let received = upload::receive_part(call, body)?;
    stage(call, id, received)
}

/// Stores bytes that the service fetches as an uncommitted block.
pub fn from_url(call: &BlobCall<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    let id = block_id(call)?;
    check(
        call,
        call.container()?.enter()?.blobs.get(call.target.blob()),
        id,
    )?;
    let source = source::open_range(call, bytes_max(call.version))?;
    let received = upload::store_source(call, &source.pieces)?;
    stage(call, id, received)
}

fn stage(call: &BlobCall<'_>, id: &str, received: ReceivedBody) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    check(call, state.blobs.get(call.target.blob()), id)?;
    let encryption = encryption::of_new(call, &state.properties)?;
    let mut response = Response::new(201).header("x-ms-request-server-encrypted", "true");
    encryption::write(&mut response, &encryption);
    // When the service makes the directories, here or with the list of blocks, is not documented.
    hierarchy::make_parents(call, &mut state, None)?;
    let name = call.target.blob();
    state.stage(name, id, received.extent, encryption, call.now);
    upload::set_digests(&mut response, &received.digests);
    Ok(response)
}

/// The block's id: base64 of 1 to 64 bytes.
fn block_id<'a>(call: &'a BlobCall<'_>) -> ServiceResult<&'a str> {
    let id = call
        .query
        .filled("blockid")
        .ok_or_else(|| Refusal::missing_query("blockid"))?;
    match from_base64(id) {
        Some(bytes) if bytes.len() <= ID_BYTES_MAX => Ok(id),
        Some(_) => Err(Refusal::query_out_of_range(
            "blockid",
            id,
            1,
            ID_BYTES_MAX as u64,
        )),
        None => Err(Refusal::invalid_query(
            "blockid",
            id,
            "Not a valid base64 string.",
        )),
    }
}

/// The length of an id before base64.
fn id_bytes(id: &str) -> usize {
    let padding = id.bytes().rev().take_while(|byte| *byte == b'=').count();
    id.len() / 4 * 3 - padding
}

/// Checks that a block can be put: the ids of a blob's uncommitted blocks have one length before
/// base64, and only block blobs have blocks.
fn check(call: &BlobCall<'_>, slot: Option<&Slot>, id: &str) -> ServiceResult<()> {
    let Some(slot) = slot else {
        return encryption::of(call).map(|_| ());
    };
    if let Some(blob) = &slot.base {
        if !matches!(blob.content, Content::Block(_)) {
            return Err(Refusal::wrong_blob_type());
        }
        blob.lease
            .check_write(call.lease_id(), BLOB_LEASE, call.now)?;
    }
    let Some(staged) = &slot.staged else {
        return Ok(());
    };
    encryption::check_same(&encryption::of(call)?, &staged.encryption)?;
    if staged
        .blocks
        .keys()
        .next()
        .is_some_and(|other| id_bytes(other) != id_bytes(id))
    {
        return Err(Refusal::new(
            400,
            "InvalidBlobOrBlock",
            "The specified blob or block content is invalid.",
        ));
    }
    if staged.blocks.len() >= STAGED_MAX && !staged.blocks.contains_key(id) {
        return Err(Refusal::new(
            409,
            "BlockCountExceedsLimit",
            "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks.",
        ));
    }
    Ok(())
}
