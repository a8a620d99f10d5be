//! Lease Share. <https://learn.microsoft.com/rest/api/storageservices/lease-share>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::lease_request;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::error::SHARE_LEASE;
use crate::emulator::share::{find, headers};

/// Acquires, renews, changes, releases or breaks.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let response = lease_request::act(call, &mut state.properties_mut().lease, SHARE_LEASE)?;
    Ok(headers::share_version(response, state.properties()))
}
