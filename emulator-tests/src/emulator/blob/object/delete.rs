//! Delete Blob. <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::Slot;
use crate::emulator::blob::{preconditions, tag_query};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::conditions;
use crate::emulator::service::conditions::Access;

/// Deletes the blob, its snapshots, both, or one snapshot. The bytes are removed when nobody reads
/// them any more.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let blob = preconditions::find(call, &state)?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Delete,
    )?;
    tag_query::check_conditions(call.head, &blob.tags)?;
    let slot = state.slot(call.target.blob());
    match call.query.filled("snapshot") {
        Some(snapshot) => delete_snapshot(call, slot, snapshot)?,
        None => delete_base(call, slot)?,
    }
    state.tidy(call.target.blob());
    Ok(Response::new(202).header("x-ms-delete-type-permanent", "true"))
}

fn delete_snapshot(call: &BlobCall<'_>, slot: &mut Slot, snapshot: &str) -> ServiceResult<()> {
    if let Some(value) = call.head.header("x-ms-delete-snapshots") {
        return Err(Refusal::invalid_header("x-ms-delete-snapshots", value));
    }
    slot.snapshots
        .remove(snapshot)
        .map(|_| ())
        .ok_or_else(Refusal::blob_not_found)
}

fn delete_base(call: &BlobCall<'_>, slot: &mut Slot) -> ServiceResult<()> {
    if let Some(base) = &slot.base {
        base.lease
            .check_write(call.lease_id(), BLOB_LEASE, call.now)?;
    }
    match call
        .head
        .header("x-ms-delete-snapshots")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None if !slot.snapshots.is_empty() => Err(Refusal::new(
            409,
            "SnapshotsPresent",
            "This operation is not permitted while the blob has snapshots.",
        )),
        None | Some("include") => {
            *slot = Slot::default();
            Ok(())
        }
        Some("only") => {
            slot.snapshots.clear();
            Ok(())
        }
        Some(other) => Err(Refusal::invalid_header("x-ms-delete-snapshots", other)),
    }
}
