//! Put Block. <https://learn.microsoft.com/rest/api/storageservices/put-block>

use std::collections::BTreeMap;

use super::super::super::digest::{Wanted, from_base64};
use super::super::super::error::{Answer, Refusal};
use super::super::super::http::body::Body;
use super::super::super::http::response::Response;
use super::super::super::version::ApiVersion;
use super::super::call::Call;
use super::super::names;
use super::super::state::{Content, Slot, Staged};
use super::upload;

/// A blob's uncommitted blocks are at most so many.
const STAGED_MAX: usize = 100_000;
/// A block id is at most so long, in bytes before base64.
const ID_BYTES_MAX: usize = 64;

/// The longest block by version, in bytes.
pub fn bytes_max(version: ApiVersion) -> u64 {
    if version.since(2019, 12, 12) {
        4000 << 20
    } else if version.since(2016, 5, 31) {
        100 << 20
    } else {
        4 << 20
    }
}

/// Stages one block.
pub fn run(call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
    names::check_blob(call.target.blob())?;
    let id = block_id(call)?;
    if call.head.header("content-length").is_none() {
        return Err(Refusal::new(
            411,
            "MissingContentLengthHeader",
            "The Content-Length header was not specified.",
        ));
    }
    if body.length() == 0 {
        return Err(Refusal::invalid_header("Content-Length", "0"));
    }
    let max = bytes_max(call.version);
    if body.length() > max {
        return Err(Refusal::body_too_large(max));
    }
    let container = call.container()?;
    check(container.lock().blobs.get(call.target.blob()), id)?;
    let claims_md5 = call.head.header("content-md5").is_some();
    let taken = upload::take(
        call,
        body,
        Wanted {
            md5: false,
            crc64: !claims_md5,
        },
    )?;
    let mut state = container.lock();
    check(state.blobs.get(call.target.blob()), id)?;
    let slot = state.slot(call.target.blob());
    let staged = slot.staged.get_or_insert_with(|| Staged {
        blocks: BTreeMap::new(),
        since: call.now,
    });
    staged.blocks.insert(id.to_owned(), taken.extent);
    let mut response = Response::new(201).header("x-ms-request-server-encrypted", "true");
    upload::set_digests(&mut response, &taken.digests);
    Ok(response)
}

/// The block's id: base64 of 1 to 64 bytes.
pub fn block_id<'a>(call: &'a Call<'_>) -> Answer<&'a str> {
    let id = call.query.filled("blockid").ok_or_else(|| {
        Refusal::new(
            400,
            "MissingRequiredQueryParameter",
            "A query parameter that's mandatory for this request is not specified.",
        )
        .with("QueryParameterName", "blockid")
    })?;
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

/// All ids of one blob's uncommitted blocks have one length, and only block blobs have blocks.
pub fn check(slot: Option<&Slot>, id: &str) -> Answer<()> {
    let Some(slot) = slot else { return Ok(()) };
    if slot
        .base
        .as_ref()
        .is_some_and(|blob| !matches!(blob.content, Content::Block(_)))
    {
        return Err(Refusal::wrong_blob_type());
    }
    let Some(staged) = &slot.staged else {
        return Ok(());
    };
    if staged
        .blocks
        .keys()
        .next()
        .is_some_and(|other| other.len() != id.len())
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
