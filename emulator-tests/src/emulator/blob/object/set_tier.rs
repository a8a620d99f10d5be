//! Set Blob Tier. <https://learn.microsoft.com/rest/api/storageservices/set-blob-tier>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::{Blob, Tier};
use crate::emulator::blob::{preconditions, tag_query, tier_rules};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;

/// Sets the tier of a blob, a snapshot or a version. Leaving the archive takes time, and is answered
/// with 202.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let wanted = Tier::parse(call.head.required("x-ms-access-tier")?)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    preconditions::find(call, &state)?;
    let version = preconditions::version_id(call)?;
    let slot = state
        .slot_mut(call.target.blob())
        .ok_or_else(Refusal::blob_not_found)?;
    let blob = match (call.query.filled("snapshot"), version) {
        (Some(snapshot), _) => slot.snapshots.get_mut(snapshot),
        (None, Some(id)) => slot.version_mut(id),
        (None, None) => slot.base.as_mut(),
    };
    let blob = blob.ok_or_else(Refusal::blob_not_found)?;
    tier_rules::check(call, blob, wanted)?;
    tag_query::check_conditions(call.head, &blob.tags)?;
    blob.lease
        .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    blob.advance(call.now, false);
    if blob.tier.is_archived() {
        rehydrate(call, blob, wanted)
    } else {
        set(call, blob, wanted)
    }
}

fn set(call: &BlobCall<'_>, blob: &mut Blob, wanted: Tier) -> ServiceResult<Response> {
    let is_lower = blob.tier.tier.is_some_and(|before| wanted < before);
    if wanted.is_premium() && is_lower && !blob.tier.inferred {
        return Err(Refusal::new(
            409,
            "CannotChangeToLowerTier",
            "A higher blob tier has already been explicitly set.",
        ));
    }
    blob.tier = tier_rules::new_state(call, wanted);
    Ok(Response::new(200))
}

/// Takes the blob out of the archive. A rehydration that has begun can only become more urgent.
fn rehydrate(call: &BlobCall<'_>, blob: &mut Blob, wanted: Tier) -> ServiceResult<Response> {
    let priority = tier_rules::priority(call)?;
    if let Some((tier, _)) = blob.tier.rehydrating {
        if tier != wanted {
            return preconditions::refuse_archived(blob).map(|()| Response::new(202));
        }
        blob.tier.priority = priority.max(blob.tier.priority);
        return Ok(Response::new(202));
    }
    if wanted == Tier::Archive {
        return Ok(Response::new(200));
    }
    let ready = call.now.plus_ms(call.behaviour.rehydrate_ms);
    blob.tier.rehydrate(wanted, ready, priority);
    blob.advance(call.now, false);
    Ok(Response::new(202))
}
