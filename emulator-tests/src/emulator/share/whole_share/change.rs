//! Reads and changes of a share's properties that its lease must allow.

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::error::SHARE_LEASE;
use crate::emulator::share::state::ShareProperties;
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers};

/// The properties of the share or of its snapshot, unless the request names another lease.
pub fn readable<'s>(
    call: &ShareCall<'_>,
    state: &'s ShareState,
) -> ServiceResult<&'s ShareProperties> {
    let properties = find::properties(call, state)?;
    properties
        .lease
        .check_given(call.lease_id(), SHARE_LEASE, call.now)?;
    Ok(properties)
}

/// Changes the properties, unless the request names another lease. Returns the answer with the new
/// version.
pub fn change(
    call: &ShareCall<'_>,
    change: impl FnOnce(&mut ShareProperties),
) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    readable(call, &state)?;
    let properties = state.properties_mut();
    change(properties);
    properties.touch(call.now);
    Ok(headers::share_version(Response::new(200), properties))
}
