//! Get Blob. <https://learn.microsoft.com/rest/api/storageservices/get-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{encryption, headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::{RangedRead, range};

/// Sends the blob or a range of it.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    state.advance(call.target.blob(), call.now, false);
    let blob = preconditions::read(call, &state)?;
    encryption::check(call, blob)?;
    preconditions::refuse_archived(blob)?;
    let read = RangedRead::of(
        call,
        range::requested_or_all(call.head)?,
        blob.content.length(),
    )?;
    let mut response = read.response();
    let is_current = preconditions::is_current(call, &state, blob);
    headers::set_blob(&mut response, call, blob, is_current);
    let md5 = blob.properties.content_md5.clone();
    let pieces = blob.content.read(read.offset, read.length);
    drop(state);
    if !md5.is_empty() {
        let name = if read.has_range {
            "x-ms-blob-content-md5"
        } else {
            "Content-MD5"
        };
        response.set(name, md5);
    }
    read.finish(call, response, pieces)
}
