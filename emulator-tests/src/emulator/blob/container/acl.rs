//! Get and Set Container ACL: public access and stored access policies.
//! <https://learn.microsoft.com/rest/api/storageservices/set-container-acl>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{CONTAINER_LEASE, WRITE};
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::{headers, preconditions};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::{access_policies, conditions};

/// Returns both.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let state = container.enter()?;
    state
        .properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    let document = access_policies::document(&state.properties.policies);
    let response = headers::container_version(Response::xml(document), &state.properties);
    Ok(response.header_some(
        "x-ms-blob-public-access",
        state.properties.public_access.header(),
    ))
}

/// Replaces both.
pub fn set(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let policies = access_policies::receive(body)?;
    let access = PublicAccess::parse(call.head.header_or_empty("x-ms-blob-public-access"))?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let properties = state.properties_mut();
    conditions::check(call.head, preconditions::version_of(properties), WRITE)?;
    properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    properties.policies = policies;
    properties.public_access = access;
    properties.touch(call.now);
    Ok(headers::container_version(Response::new(200), properties))
}
