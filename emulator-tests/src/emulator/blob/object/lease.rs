//! Lease Blob. <https://learn.microsoft.com/rest/api/storageservices/lease-blob>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions::{self, Access};
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::blob::lease_request;
use crate::emulator::error::{Answer, Refusal};
use crate::emulator::http::response::Response;

/// Acquires, renews, changes, releases or breaks. The blob's version stays.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    guard::refuse_snapshot(call)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let slot = state.slot_mut(call.target.blob());
    let blob = slot
        .and_then(|slot| slot.base.as_mut())
        .ok_or_else(Refusal::blob_not_found)?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Write,
    )?;
    conditions::check_tags(call.head, &blob.tags)?;
    let mut response = lease_request::act(call, &mut blob.lease)?;
    headers::set_version(&mut response, blob);
    Ok(response)
}
