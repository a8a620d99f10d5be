//! Get Blob Properties. <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{encryption, headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

/// Returns the headers of a whole GET. A pending copy counts this as a poll.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    state.advance(call.target.blob(), call.now, true);
    let blob = preconditions::read(call, &state)?;
    encryption::check(call, blob)?;
    let mut response = Response::new(200);
    let is_current = preconditions::is_current(call, &state, blob);
    headers::set_blob(&mut response, call, blob, is_current);
    headers::set_tier(&mut response, call, blob);
    if !blob.properties.content_md5.is_empty() {
        response.set("Content-MD5", blob.properties.content_md5.clone());
    }
    call.apply_overrides(&mut response);
    response.payload = Payload::Length(blob.content.length());
    Ok(response)
}
