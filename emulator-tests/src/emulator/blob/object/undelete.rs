//! Undelete Blob. <https://learn.microsoft.com/rest/api/storageservices/undelete-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::preconditions;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// Restores the deleted blob with its deleted snapshots and versions. For a blob that exists, it
/// restores only those.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    preconditions::refuse_snapshot(call)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let name = call.target.blob();
    let slot = state.slot_mut(name).ok_or_else(Refusal::blob_not_found)?;
    let is_restored = slot.restore(call.now);
    state.tidy(name);
    if is_restored {
        Ok(Response::new(200))
    } else {
        Err(Refusal::blob_not_found())
    }
}
