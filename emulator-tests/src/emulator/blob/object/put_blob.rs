//! Put Blob: a whole block blob, or an empty page or append blob.
//! <https://learn.microsoft.com/rest/api/storageservices/put-blob>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::headers::DEFAULT_CONTENT_TYPE;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content};
use crate::emulator::blob::{encryption, headers, hierarchy, names, preconditions};
use crate::emulator::digest::ChecksumSet;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::upload::ReceivedBody;
use crate::emulator::service::{ContentProperties, Pages, metadata, upload};
use crate::emulator::version::ApiVersion;

/// The largest page blob: 8 TiB.
const PAGE_BLOB_BYTES_MAX: u64 = 8 << 40;
/// The largest sequence number of a page blob.
pub const SEQUENCE_MAX: u64 = i64::MAX as u64;

/// The longest body of a block blob by version, in bytes.
pub fn bytes_max(version: ApiVersion) -> u64 {
    if version.since(2019, 12, 12) {
        5000 << 20
    } else if version.since(2016, 5, 31) {
        256 << 20
    } else {
        64 << 20
    }
}

/// Writes the whole blob.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    match call.head.required("x-ms-blob-type")? {
        "BlockBlob" => put_block_blob(call, body),
        "PageBlob" => put_empty(call, body, Content::Page(Arc::new(empty_pages(call)?))),
        "AppendBlob" => put_empty(call, body, Content::Append(Arc::default())),
        other => Err(Refusal::invalid_header("x-ms-blob-type", other)),
    }
}

fn put_block_blob(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    upload::check_length(call, body, bytes_max(call.version))?;
    let mut properties = properties(call);
    let metadata = metadata::read(call.head)?;
    encryption::of(call)?;
    let container = call.container()?;
    preconditions::overwrite(call, container.enter()?.blobs.get(call.target.blob()))?;
    let received = receive_whole(call, body)?;
    if properties.content_md5.is_empty()
        && let Some(md5) = received
            .digests
            .md5
            .as_deref()
            .or_else(|| call.head.header("content-md5"))
    {
        md5.clone_into(&mut properties.content_md5);
    }
    let block = Block {
        id: String::new(),
        extent: received.extent,
    };
    let content = Content::Block(Arc::new(BlockList::new(vec![block])));
    let blob = Blob::new(content, properties, metadata, call.now);
    let mut response = put(call, blob)?;
    upload::set_digests(&mut response, &received.digests);
    Ok(response)
}

/// Receives a whole blob. The MD5 that is stored with the blob counts as the body's, and goes
/// before `Content-MD5`: so says the service's owner
/// (<https://github.com/Azure/azure-storage-ruby/issues/64>), and so Azurite's maintainers saw it
/// behave (<https://github.com/Azure/Azurite/pull/2644>).
fn receive_whole(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<ReceivedBody> {
    const STORED: &str = "x-ms-blob-content-md5";
    let is_given = call.head.header(STORED).is_some_and(|md5| !md5.is_empty());
    let always = ChecksumSet {
        md5: true,
        crc64: true,
    };
    let header = if is_given { STORED } else { "content-md5" };
    upload::receive(call, body, always, header)
}

fn put_empty(call: &BlobCall<'_>, body: &Body<'_>, content: Content) -> ServiceResult<Response> {
    if body.length() > 0 {
        return Err(Refusal::invalid_header(
            "Content-Length",
            &body.length().to_string(),
        ));
    }
    let blob = Blob::new(
        content,
        properties(call),
        metadata::read(call.head)?,
        call.now,
    );
    put(call, blob)
}

/// Stores a complete blob under its name.
pub fn put(call: &BlobCall<'_>, mut blob: Blob) -> ServiceResult<Response> {
    headers::apply_upload(call, &mut blob)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    preconditions::overwrite(call, state.blobs.get(call.target.blob()))?;
    blob.encryption = encryption::of_new(call, &state.properties)?;
    hierarchy::make_parents(call, &mut state, Some(&blob))?;
    let slot = state.slot(call.target.blob());
    let blob = slot.replace(blob, &call.retention());
    let mut response = Response::new(201);
    headers::set_version(&mut response, blob);
    headers::set_version_id(&mut response, blob);
    encryption::write(&mut response, &blob.encryption);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}

fn properties(call: &BlobCall<'_>) -> ContentProperties {
    let mut properties = headers::put_blob_properties(call.head);
    if properties.content_type.is_empty() {
        DEFAULT_CONTENT_TYPE.clone_into(&mut properties.content_type);
    }
    properties
}

fn empty_pages(call: &BlobCall<'_>) -> ServiceResult<Pages> {
    let size =
        page_blob_size(call)?.ok_or_else(|| Refusal::missing_header("x-ms-blob-content-length"))?;
    Ok(Pages::new(size, sequence_number(call)?.unwrap_or(0)))
}

/// `x-ms-blob-sequence-number`.
pub fn sequence_number(call: &BlobCall<'_>) -> ServiceResult<Option<u64>> {
    const NAME: &str = "x-ms-blob-sequence-number";
    match call.head.number(NAME)? {
        Some(number) if number > SEQUENCE_MAX => {
            Err(Refusal::invalid_header(NAME, &number.to_string()))
        }
        number => Ok(number),
    }
}

/// `x-ms-blob-content-length`: a multiple of 512, at most 8 TiB.
pub fn page_blob_size(call: &BlobCall<'_>) -> ServiceResult<Option<u64>> {
    const NAME: &str = "x-ms-blob-content-length";
    let Some(size) = call.head.number(NAME)? else {
        return Ok(None);
    };
    if !size.is_multiple_of(512) || size > PAGE_BLOB_BYTES_MAX {
        return Err(Refusal::invalid_header(NAME, &size.to_string()));
    }
    Ok(Some(size))
}
