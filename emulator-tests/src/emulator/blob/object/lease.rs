//! Lease Blob. <https://learn.microsoft.com/rest/api/storageservices/lease-blob>

use super::super::super::error::{Answer, Refusal};
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};
use super::super::guard;
use super::super::headers;
use super::super::lease_request;

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
