//! Create Container. <https://learn.microsoft.com/rest/api/storageservices/create-container>

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::headers;
use super::super::names;
use super::super::state::{Container, PublicAccess};

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
