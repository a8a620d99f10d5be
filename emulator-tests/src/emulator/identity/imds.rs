//! The Instance Metadata Service of a virtual machine.
//! <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>

use serde_json::Value;

use super::managed_identity::{
    ManagedIdentityRefusal, ManagedIdentityRequest, ManagedIdentityResult,
};
use super::provider::IdentityState;

/// Issues a token. The header `Metadata` keeps out requests that a page in a browser or a redirect
/// sends, and `X-Forwarded-For` those of a proxy.
pub fn token(
    request: &ManagedIdentityRequest<'_>,
    state: &mut IdentityState,
) -> ManagedIdentityResult<Value> {
    let refuse = ManagedIdentityRefusal::bad_request;
    let head = request.head;
    if !head
        .header_or_empty("metadata")
        .eq_ignore_ascii_case("true")
    {
        return Err(refuse("Required metadata header not specified"));
    }
    if head.header("x-forwarded-for").is_some() {
        return Err(refuse("Requests of a proxy are not served"));
    }
    if request.query.filled("api-version").is_none() {
        return Err(refuse("Required query variable 'api-version' is missing"));
    }
    request.token(state, "msi_res_id")
}
