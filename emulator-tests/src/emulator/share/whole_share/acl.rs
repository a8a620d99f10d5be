//! Get and Set Share ACL: stored access policies.
//! <https://learn.microsoft.com/rest/api/storageservices/set-share-acl>

use super::change;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::access_policies;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, headers};

/// Returns the policies.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let share = call.share()?;
    let state = share.enter()?;
    let properties = change::readable(call, &state)?;
    let document = access_policies::document(&properties.policies);
    Ok(headers::share_version(Response::xml(document), properties))
}

/// Replaces the policies.
pub fn set(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let policies = access_policies::receive(body)?;
    change::change(call, |properties| properties.policies = policies)
}
