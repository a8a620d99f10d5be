//! Put Blob. <https://learn.microsoft.com/rest/api/storageservices/put-blob>

use std::sync::Arc;

use super::super::super::digest::Wanted;
use super::super::super::error::{Answer, Refusal};
use super::super::super::http::body::Body;
use super::super::super::http::response::Response;
use super::super::super::version::ApiVersion;
use super::super::call::Call;
use super::super::conditions::{self, Access};
use super::super::headers::{self, DEFAULT_CONTENT_TYPE};
use super::super::names;
use super::super::state::{Blob, Block, BlockList, Content, Slot};
use super::upload;

/// The longest body of a block blob by version, in bytes.
fn bytes_max(version: ApiVersion) -> u64 {
    if version.since(2019, 12, 12) {
        5000 << 20
    } else if version.since(2016, 5, 31) {
        256 << 20
    } else {
        64 << 20
    }
}

/// Writes the whole blob.
pub fn run(call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
    names::check_blob(call.target.blob())?;
    match call.head.required("x-ms-blob-type")? {
        "BlockBlob" => put_block_blob(call, body),
        other => Err(Refusal::invalid_header("x-ms-blob-type", other)),
    }
}

fn put_block_blob(call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
    if call.head.header("content-length").is_none() {
        return Err(Refusal::new(
            411,
            "MissingContentLengthHeader",
            "The Content-Length header was not specified.",
        ));
    }
    let max = bytes_max(call.version);
    if body.length() > max {
        return Err(Refusal::body_too_large(max));
    }
    let mut properties = headers::put_blob_properties(call.head)?;
    let metadata = headers::metadata(call.head)?;
    let container = call.container()?;
    check(call, container.lock().blobs.get(call.target.blob()))?;
    let taken = upload::take(
        call,
        body,
        Wanted {
            md5: true,
            crc64: false,
        },
    )?;
    if properties.content_type.is_empty() {
        DEFAULT_CONTENT_TYPE.clone_into(&mut properties.content_type);
    }
    if properties.content_md5.is_empty()
        && let Some(md5) = taken
            .digests
            .md5
            .as_deref()
            .or_else(|| call.head.header("content-md5"))
    {
        md5.clone_into(&mut properties.content_md5);
    }
    let block = Block {
        id: String::new(),
        extent: taken.extent,
    };
    let content = Content::Block(Arc::new(BlockList::new(vec![block])));
    let mut blob = Blob::new(content, properties, metadata, call.now);
    let mut response = Response::new(201);
    headers::set_version(&mut response, &blob);
    upload::set_digests(&mut response, &taken.digests);
    let mut state = container.lock();
    check(call, state.blobs.get(call.target.blob()))?;
    let slot = state.slot(call.target.blob());
    if let Some(before) = &slot.base {
        blob.created = before.created;
    }
    *slot = Slot {
        base: Some(blob),
        staged: None,
    };
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

/// The conditions, checked before the body is taken and again when the blob is written.
fn check(call: &Call<'_>, slot: Option<&Slot>) -> Answer<()> {
    let base = slot.and_then(|slot| slot.base.as_ref());
    conditions::check(
        call.head,
        base.map(|blob| (blob.etag, blob.last_modified)),
        Access::Write,
    )?;
    if base.is_some() && !call.grant.has_any("w") {
        return Err(Refusal::new(
            403,
            "UnauthorizedBlobOverwrite",
            "This request is not authorized to perform blob overwrites.",
        ));
    }
    Ok(())
}
