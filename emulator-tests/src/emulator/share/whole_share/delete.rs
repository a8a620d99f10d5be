//! Delete Share, with its snapshots or without, and deletion of one snapshot.
//! <https://learn.microsoft.com/rest/api/storageservices/delete-share>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::error::SHARE_LEASE;

/// Deletes the share with its files. The behaviour says how long its name cannot be used again.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let include = includes_snapshots(call)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    if let Some(time) = call.snapshot() {
        if include {
            return Err(Refusal::of_snapshot(time));
        }
        if !state.snapshots().contains_key(time) {
            return Err(Refusal::share_not_found());
        }
        state.remove_snapshot(time);
        return Ok(Response::new(202));
    }
    let lease = &state.properties().lease;
    lease.check_write(call.lease_id(), SHARE_LEASE, call.now)?;
    if !include && !state.snapshots().is_empty() {
        return Err(Refusal::new(
            409,
            "ShareHasSnapshots",
            "The share has snapshots and the operation requires no snapshots.",
        ));
    }
    drop(state);
    let until = call.now.plus_ms(call.behaviour.container_delete_ms);
    call.storage.remove(call.target.share(), until);
    Ok(Response::new(202))
}

fn includes_snapshots(call: &ShareCall<'_>) -> ServiceResult<bool> {
    const NAME: &str = "x-ms-delete-snapshots";
    match call.head.header_or_empty(NAME) {
        "" => Ok(false),
        "include" | "include-leased" => Ok(true),
        other => Err(Refusal::invalid_header(NAME, other)),
    }
}
