//! Get Container Properties, and Get Container Metadata, which tells less.
//! <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::blob::state::Leased;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Properties and metadata.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let facts = &state.facts;
    facts
        .lease
        .check_given(guard::lease_id(call), Leased::Container, call.now)?;
    let mut response = headers::container_version(Response::new(200), facts);
    headers::set_metadata(&mut response, &facts.metadata);
    if call.query.filled("comp").is_some() {
        return Ok(response);
    }
    headers::set_lease(&mut response, &facts.lease, call.now);
    if call.version.since(2019, 7, 7) {
        response.set("x-ms-default-encryption-scope", "$account-encryption-key");
        response.set("x-ms-deny-encryption-scope-override", "false");
    }
    Ok(response
        .header("x-ms-has-immutability-policy", "false")
        .header("x-ms-has-legal-hold", "false")
        .header_some("x-ms-blob-public-access", facts.public_access.header()))
}
