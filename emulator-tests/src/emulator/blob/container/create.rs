//! Create Container. <https://learn.microsoft.com/rest/api/storageservices/create-container>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::headers;
use crate::emulator::blob::names;
use crate::emulator::blob::state::{Container, PublicAccess};
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Makes the container, or 409.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let name = call.target.container();
    names::check_container(name)?;
    let metadata = headers::metadata(call.head)?;
    let access = PublicAccess::parse(call.head.header_or_empty("x-ms-blob-public-access"))?;
    let container =
        call.account
            .create(name, Container::new(metadata, access, call.now), call.now)?;
    let state = container.lock();
    Ok(headers::container_version(Response::new(201), &state.facts))
}
