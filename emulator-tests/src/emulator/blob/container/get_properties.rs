//! Get Container Properties, and Get Container Metadata, which returns less.
//! <https://learn.microsoft.com/rest/api/storageservices/get-container-properties>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::CONTAINER_LEASE;
use crate::emulator::blob::{encryption, headers};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// Returns properties and metadata.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    let properties = &state.properties;
    properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    let mut response = headers::container_version(Response::new(200), properties);
    metadata::write(&mut response, &properties.metadata);
    if call.query.filled("comp").is_some() {
        return Ok(response);
    }
    properties.lease.write(&mut response, call.now);
    if call.version.since(2019, 7, 7) {
        let scope = properties.default_scope.as_deref();
        let scope = scope.unwrap_or(encryption::ACCOUNT_SCOPE);
        response.set("x-ms-default-encryption-scope", scope);
        response.set(
            "x-ms-deny-encryption-scope-override",
            properties.denies_other_scopes.to_string(),
        );
    }
    Ok(response
        .header("x-ms-has-immutability-policy", "false")
        .header("x-ms-has-legal-hold", "false")
        .header_some("x-ms-blob-public-access", properties.public_access.header()))
}
