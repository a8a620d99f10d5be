//! Get and Set Blob Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/set-blob-metadata>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::{encryption, headers, hierarchy, preconditions};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// Returns the metadata.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let blob = preconditions::read(call, &state)?;
    encryption::check(call, blob)?;
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    headers::set_version_id(&mut response, blob);
    metadata::write(&mut response, &blob.metadata);
    Ok(response)
}

/// Replaces all metadata.
pub fn set(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = preconditions::change(call, &mut state)?;
    encryption::check(call, blob)?;
    preconditions::refuse_archived(blob)?;
    let slot = state.slot(call.target.blob());
    slot.begin_version(&call.retention());
    let blob = slot.base.as_mut().ok_or_else(Refusal::blob_not_found)?;
    blob.metadata = hierarchy::with_mark(call, blob, metadata);
    blob.touch(call.now);
    let mut response = Response::new(200);
    headers::set_version(&mut response, blob);
    headers::set_version_id(&mut response, blob);
    encryption::write(&mut response, &blob.encryption);
    Ok(response.header("x-ms-request-server-encrypted", "true"))
}
