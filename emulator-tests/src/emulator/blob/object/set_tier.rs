//! Set Blob Tier. <https://learn.microsoft.com/rest/api/storageservices/set-blob-tier>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions;
use crate::emulator::blob::guard;
use crate::emulator::blob::state::{Content, Leased, Tier, TierState};
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::response::Response;

/// Moves the blob to another tier. Out of the archive that takes its time: 202 then.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let wanted = Tier::parse(call.head.required("x-ms-access-tier")?)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    guard::find(call, &state)?;
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
    conditions::check_tags(call.head, &blob.tags)?;
    blob.lease
        .check_given(guard::lease_id(call), Leased::Blob, call.now)?;
    blob.advance(call.now, false);
    if blob.tier.is_archived() && wanted != Tier::Archive {
        blob.tier.rehydrating = Some((wanted, call.now.plus_ms(call.behaviour.rehydrate_ms)));
        blob.advance(call.now, false);
        return Ok(Response::new(202));
    }
    blob.tier = TierState::set(wanted, call.now);
    Ok(Response::new(200))
}
