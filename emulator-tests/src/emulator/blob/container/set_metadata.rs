//! Set Container Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/set-container-metadata>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{CONTAINER_LEASE, WRITE};
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::{conditions, metadata};

/// Replaces all metadata.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let properties = state.properties_mut();
    conditions::check(call.head, preconditions::version_of(properties), WRITE)?;
    properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    properties.metadata = metadata;
    properties.touch(call.now);
    Ok(headers::container_version(Response::new(200), properties))
}
