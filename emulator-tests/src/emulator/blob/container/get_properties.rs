//! Get Container Properties. <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::headers;

/// Properties and metadata.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let state = container.lock();
    let mut response = Response::new(200)
        .header("ETag", state.etag.to_string())
        .header("Last-Modified", state.last_modified.rfc1123());
    headers::set_metadata(&mut response, &state.metadata);
    Ok(response
        .header("x-ms-lease-status", "unlocked")
        .header("x-ms-lease-state", "available")
        .header("x-ms-has-immutability-policy", "false")
        .header("x-ms-has-legal-hold", "false")
        .header_some("x-ms-blob-public-access", state.public_access.header()))
}
