//! Lease Container. <https://learn.microsoft.com/rest/api/storageservices/lease-container>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{CONTAINER_LEASE, WRITE};
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::{conditions, lease_request};

/// Acquires, renews, changes, releases or breaks.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    conditions::check(
        call.head,
        preconditions::version_of(&state.properties),
        WRITE,
    )?;
    let response = lease_request::act(call, &mut state.properties_mut().lease, CONTAINER_LEASE)?;
    Ok(headers::container_version(response, &state.properties))
}
