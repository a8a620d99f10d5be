//! The identity endpoint of App Service and Container Apps: `IDENTITY_ENDPOINT` and `IDENTITY_HEADER`.
//! <https://learn.microsoft.com/azure/app-service/overview-managed-identity>

use serde_json::Value;

use super::managed_identity::{
    ManagedIdentityRefusal, ManagedIdentityRequest, ManagedIdentityResult,
};
use super::provider::IdentityState;

/// Issues a token to a caller that knows the header's value.
pub fn token(
    request: &ManagedIdentityRequest<'_>,
    state: &mut IdentityState,
) -> ManagedIdentityResult<Value> {
    let refuse = ManagedIdentityRefusal::bad_request;
    let header = request.head.header_or_empty("x-identity-header");
    if header != state.settings.identity_header {
        let refusal = refuse("The header X-IDENTITY-HEADER is missing or wrong");
        return Err(refusal.with_status(401, "unauthorized"));
    }
    if request.query.or_empty("api-version") != "2019-08-01" {
        return Err(refuse("The api-version is not served: use 2019-08-01"));
    }
    request.token(state, "mi_res_id")
}
