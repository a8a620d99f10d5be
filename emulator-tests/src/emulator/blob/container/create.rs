//! Create Container. <https://learn.microsoft.com/rest/api/storageservices/create-container>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::state::ContainerProperties;
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::blob::{encryption, headers, names};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// Creates the container, or 409.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let name = call.target.container();
    names::check_container(name)?;
    let metadata = metadata::read(call.head)?;
    let access = PublicAccess::parse(call.head.header_or_empty("x-ms-blob-public-access"))?;
    let mut made = ContainerState::new(metadata, access, call.now);
    set_scope(call, &mut made.properties)?;
    let container = call.storage.create(name, made, call.now)?;
    let state = container.lock();
    Ok(headers::container_version(
        Response::new(201),
        &state.properties,
    ))
}

/// Sets the encryption scope of the container's blobs.
fn set_scope(call: &BlobCall<'_>, properties: &mut ContainerProperties) -> ServiceResult<()> {
    const SCOPE: &str = "x-ms-default-encryption-scope";
    const DENY: &str = "x-ms-deny-encryption-scope-override";
    let scope = call.head.header(SCOPE);
    let deny = call.head.header(DENY);
    if let Some(scope) = scope.filter(|scope| *scope != encryption::ACCOUNT_SCOPE) {
        encryption::check_scope(call, scope)?;
        properties.default_scope = Some(scope.to_owned());
    }
    properties.denies_other_scopes = match deny {
        Some(_) if scope.is_none() => return Err(Refusal::missing_header(SCOPE)),
        Some("true") => true,
        Some("false") | None => false,
        Some(other) => return Err(Refusal::invalid_header(DENY, other)),
    };
    Ok(())
}
