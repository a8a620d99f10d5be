//! Get and Set Blob Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// Returns the metadata.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let blob = preconditions::read(call, &state)?;
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    metadata::write(&mut response, &blob.metadata);
    Ok(response)
}

/// Replaces all metadata.
pub fn set(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = preconditions::change(call, &mut state)?;
    blob.metadata = metadata;
    blob.touch(call.now);
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}
