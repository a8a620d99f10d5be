//! Lease Blob. <https://learn.microsoft.com/rest/api/storageservices/lease-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{BLOB_LEASE, WRITE};
use crate::emulator::blob::{headers, preconditions, tag_query};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{conditions, lease_request};

/// Acquires, renews, changes, releases or breaks the lease. The blob's version does not change.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    preconditions::refuse_snapshot(call)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let slot = state.slot_mut(call.target.blob());
    let blob = slot
        .and_then(|slot| slot.base.as_mut())
        .ok_or_else(Refusal::blob_not_found)?;
    conditions::check(call.head, Some((blob.etag, blob.last_modified)), WRITE)?;
    tag_query::check_conditions(call.head, &blob.tags)?;
    let mut response = lease_request::act(call, &mut blob.lease, BLOB_LEASE)?;
    headers::set_version(&mut response, blob);
    Ok(response)
}
