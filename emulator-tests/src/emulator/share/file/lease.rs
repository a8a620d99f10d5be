//! Lease File. <https://learn.microsoft.com/rest/api/storageservices/lease-file>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::lease_request;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::error::FILE_LEASE;
use crate::emulator::share::{find, headers};

/// Acquires for ever, changes, releases or breaks at once: leases of files have no duration.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let action = call.head.required("x-ms-lease-action")?;
    if action.eq_ignore_ascii_case("renew") {
        return Err(Refusal::invalid_header("x-ms-lease-action", action));
    }
    match call.head.header("x-ms-lease-duration") {
        None | Some("-1") => {}
        Some(other) => return Err(Refusal::invalid_header("x-ms-lease-duration", other)),
    }
    let share = call.share()?;
    let mut state = share.enter()?;
    let node = find::node(state.tree(), &call.path()?)?;
    let id = node.id;
    node.file().ok_or_else(Refusal::resource_type_mismatch)?;
    let leased = state.change(id, |node| {
        let (etag, last_modified) = (node.etag, node.last_modified);
        let data = node.file_mut().ok_or_else(Refusal::resource_not_found)?;
        let mut response = lease_request::act(call, &mut data.lease, FILE_LEASE)?;
        headers::set_version(&mut response, etag, last_modified);
        Ok(response)
    });
    leased.unwrap_or_else(|| Err(Refusal::resource_not_found()))
}
