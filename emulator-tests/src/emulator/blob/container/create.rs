//! Create Container. <https://learn.microsoft.com/rest/api/storageservices/create-container>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::state::BlobContainer;
use crate::emulator::blob::{headers, names};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// Creates the container, or 409.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let name = call.target.container();
    names::check_container(name)?;
    let metadata = metadata::read(call.head)?;
    let access = PublicAccess::parse(call.head.header_or_empty("x-ms-blob-public-access"))?;
    let container = call.storage.create(
        name,
        BlobContainer::new(metadata, access, call.now),
        call.now,
    )?;
    let state = container.lock();
    Ok(headers::container_version(
        Response::new(201),
        &state.properties,
    ))
}
