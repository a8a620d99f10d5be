//! Abort Copy Blob. <https://learn.microsoft.com/rest/api/storageservices/abort-copy-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::preconditions;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::CopyStatus;

/// Ends a pending copy. The blob stays, empty, with its metadata.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let id = call
        .query
        .filled("copyid")
        .ok_or_else(|| Refusal::missing_query("copyid"))?;
    if call.head.header_or_empty("x-ms-copy-action") != "abort" {
        return Err(Refusal::invalid_header(
            "x-ms-copy-action",
            call.head.header_or_empty("x-ms-copy-action"),
        ));
    }
    let container = call.container()?;
    let mut state = container.enter()?;
    state.advance(call.target.blob(), call.now, false);
    preconditions::find(call, &state)?;
    let slot = state.slot(call.target.blob());
    let blob = slot.base.as_mut().ok_or_else(Refusal::blob_not_found)?;
    blob.lease
        .check_write(call.lease_id(), BLOB_LEASE, call.now)?;
    let pending = blob.is_being_copied();
    match &mut blob.copy {
        Some(copy) if pending && copy.id == id => {
            copy.status = CopyStatus::Aborted;
            copy.completed = Some(call.now.whole_second());
        }
        Some(_) if pending => {
            return Err(Refusal::new(
                409,
                "CopyIdMismatch",
                "The specified copy ID did not match the copy ID for the pending copy operation.",
            ));
        }
        _ => {
            return Err(Refusal::new(
                409,
                "NoPendingCopyOperation",
                "There is currently no pending copy operation.",
            ));
        }
    }
    blob.pending = None;
    blob.touch(call.now);
    Ok(Response::new(204))
}
