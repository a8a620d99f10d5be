//! Restore Container. <https://learn.microsoft.com/rest/api/storageservices/restore-container>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::headers;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// Restores a deleted container under its own name.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let name = call.head.required("x-ms-deleted-container-name")?;
    let version = call.head.required("x-ms-deleted-container-version")?;
    if name != call.target.container() {
        return Err(Refusal::invalid_header("x-ms-deleted-container-name", name));
    }
    let container = call.storage.undelete(name, version, call.now)?;
    let state = container.lock();
    Ok(headers::container_version(
        Response::new(201),
        &state.properties,
    ))
}
