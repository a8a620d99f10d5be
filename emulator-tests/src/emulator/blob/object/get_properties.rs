//! Get Blob Properties. <https://learn.microsoft.com/rest/api/storageservices/get-blob-properties>

use super::get_blob::{advance, apply_overrides};
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

/// Returns the headers of a whole GET. A pending copy counts this as a poll.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    advance(call, &mut state, true);
    let blob = preconditions::read(call, &state)?;
    let mut response = Response::new(200);
    headers::set_blob(&mut response, call, blob);
    headers::set_tier(&mut response, blob);
    if !blob.properties.content_md5.is_empty() {
        response.set("Content-MD5", blob.properties.content_md5.clone());
    }
    apply_overrides(call, &mut response);
    response.payload = Payload::Length(blob.content.length());
    Ok(response)
}
