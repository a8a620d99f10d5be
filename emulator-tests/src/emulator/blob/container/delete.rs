//! Delete Container. <https://learn.microsoft.com/rest/api/storageservices/delete-container>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{CONTAINER_LEASE, WRITE};
use crate::emulator::blob::preconditions;
use crate::emulator::blob::state::Deletion;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::conditions;

/// Deletes the container with its blobs. The behaviour says how long its name cannot be used again,
/// and whether it can be restored.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    {
        let state = container.enter()?;
        conditions::check(
            call.head,
            preconditions::version_of(&state.properties),
            WRITE,
        )?;
        state
            .properties
            .lease
            .check_write(call.lease_id(), CONTAINER_LEASE, call.now)?;
    }
    call.storage.remove(
        call.target.container(),
        call.now.plus_ms(call.behaviour.container_delete_ms),
        Deletion::of(call.behaviour.container_retention_days, call.now),
    );
    Ok(Response::new(202))
}
