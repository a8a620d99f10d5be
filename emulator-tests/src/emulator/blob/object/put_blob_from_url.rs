//! Put Blob From URL: a whole block blob whose bytes the service fetches.
//! <https://learn.microsoft.com/rest/api/storageservices/put-blob-from-url>

use std::sync::Arc;

use super::put_blob;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::headers::DEFAULT_CONTENT_TYPE;
use crate::emulator::blob::state::{Blob, Block, BlockList, Content};
use crate::emulator::blob::{headers, names, preconditions, source};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{metadata, upload};

/// Fetches the source and writes the blob.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    names::check_blob(call.target.blob())?;
    if call.head.required("x-ms-blob-type")? != "BlockBlob" {
        return Err(Refusal::invalid_header(
            "x-ms-blob-type",
            call.head.header_or_empty("x-ms-blob-type"),
        ));
    }
    preconditions::overwrite(
        call,
        call.container()?.enter()?.blobs.get(call.target.blob()),
    )?;
    let bytes_max = put_blob::bytes_max(call.version);
    let source = source::open(call, bytes_max)?;
    if source.length > bytes_max {
        return Err(Refusal::body_too_large(bytes_max));
    }
    source.refuse_archived()?;
    let received = upload::store_source(call, &source.read(0, source.length))?;
    let mut properties = headers::blob_properties(call.head);
    if call
        .head
        .header_or_empty("x-ms-copy-source-blob-properties")
        != "false"
    {
        properties = source.properties.clone();
    }
    if properties.content_type.is_empty() {
        DEFAULT_CONTENT_TYPE.clone_into(&mut properties.content_type);
    }
    properties.content_md5 = received.digests.md5.clone().unwrap_or_default();
    let block = Block {
        id: String::new(),
        extent: received.extent,
    };
    let content = Content::Block(Arc::new(BlockList::new(vec![block])));
    let mut blob = Blob::new(content, properties, metadata::read(call.head)?, call.now);
    headers::apply_source_tags(call.head, &mut blob, &source.tags)?;
    let mut response = put_blob::put(call, blob)?;
    upload::set_digests(&mut response, &received.digests);
    Ok(response)
}
