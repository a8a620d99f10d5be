//! Get and Set Table ACL: stored access policies.
//! <https://learn.microsoft.com/rest/api/storageservices/set-table-acl>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::access_policies;
use crate::emulator::table::call::TableCall;
use crate::emulator::xml::Writer;

/// Returns the policies.
pub fn get(call: &TableCall<'_>) -> ServiceResult<Response> {
    let table = call.table()?;
    let state = table.enter()?;
    let policies = &state.properties().policies;
    if policies.is_empty() {
        let mut xml = Writer::new();
        xml.leaf("SignedIdentifiers", "");
        return Ok(Response::xml(xml));
    }
    Ok(Response::xml(access_policies::document(policies)))
}

/// Replaces the policies.
pub fn set(call: &TableCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let policies = access_policies::receive(body)?;
    let table = call.table()?;
    table.enter()?.properties_mut().policies = policies;
    Ok(Response::new(204))
}
