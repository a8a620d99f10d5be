//! Set Blob Tier. <https://learn.microsoft.com/rest/api/storageservices/set-blob-tier>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::{Content, Tier, TierState};
use crate::emulator::blob::{preconditions, tag_query};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// Sets the tier. Leaving the archive takes time, and is answered with 202.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let wanted = Tier::parse(call.head.required("x-ms-access-tier")?)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    preconditions::find(call, &state)?;
    let slot = state
        .slot_mut(call.target.blob())
        .ok_or_else(Refusal::blob_not_found)?;
    let blob = match call.query.filled("snapshot") {
        Some(snapshot) => slot.snapshots.get_mut(snapshot),
        None => slot.base.as_mut(),
    };
    let blob = blob.ok_or_else(Refusal::blob_not_found)?;
    if !matches!(blob.content, Content::Block(_)) {
        return Err(Refusal::wrong_blob_type());
    }
    tag_query::check_conditions(call.head, &blob.tags)?;
    blob.lease
        .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    blob.advance(call.now, false);
    if blob.tier.is_archived() && wanted != Tier::Archive {
        blob.tier.rehydrating = Some((wanted, call.now.plus_ms(call.behaviour.rehydrate_ms)));
        blob.advance(call.now, false);
        return Ok(Response::new(202));
    }
    blob.tier = TierState::set(wanted, call.now);
    Ok(Response::new(200))
}
