//! Delete Blob. <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::BLOB_LEASE;
use crate::emulator::blob::state::Slot;
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::blob::{hierarchy, preconditions, tag_query};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::conditions;
use crate::emulator::service::conditions::Access;

/// Deletes the blob, its snapshots, both, one snapshot or one version. What the account does not
/// keep is removed when nobody reads it any more.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    let is_permanent = match call.query.filled("deletetype") {
        Some(kind) if kind.eq_ignore_ascii_case("permanent") => delete_for_good(call, &mut state)?,
        Some(kind) => {
            return Err(Refusal::invalid_query("deletetype", kind, "not permanent"));
        }
        None => delete(call, &mut state)?,
    };
    state.tidy(call.target.blob());
    Ok(Response::new(202).header("x-ms-delete-type-permanent", is_permanent.to_string()))
}

/// Returns whether everything is gone for good.
fn delete(call: &BlobCall<'_>, state: &mut ContainerState) -> ServiceResult<bool> {
    let version = preconditions::version_id(call)?;
    let permission = if version.is_some() { "x" } else { "d" };
    if !call.grant.has_any(permission) {
        return Err(Refusal::permission_mismatch());
    }
    let blob = preconditions::find(call, state)?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Delete,
    )?;
    tag_query::check_conditions(call.head, &blob.tags)?;
    hierarchy::check_empty(call, state)?;
    let slot = state.slot(call.target.blob());
    match (call.query.filled("snapshot"), version) {
        (Some(snapshot), _) => {
            refuse_snapshots_header(call)?;
            slot.delete_snapshot(snapshot, &call.retention())
                .ok_or_else(Refusal::blob_not_found)
        }
        (None, Some(id)) => {
            refuse_snapshots_header(call)?;
            delete_version(call, slot, id)
        }
        (None, None) => delete_base(call, slot),
    }
}

fn delete_version(call: &BlobCall<'_>, slot: &mut Slot, id: Moment) -> ServiceResult<bool> {
    let current = slot.base.as_ref().and_then(|blob| blob.version_id);
    if current == Some(id) {
        return Err(Refusal::new(
            403,
            "OperationNotAllowedOnRootBlob",
            "The specified operation is not allowed on root blob.",
        ));
    }
    slot.delete_version(id, &call.retention())
        .ok_or_else(Refusal::blob_not_found)
}

fn delete_base(call: &BlobCall<'_>, slot: &mut Slot) -> ServiceResult<bool> {
    if let Some(base) = &slot.base {
        base.lease
            .check_write(call.lease_id(), BLOB_LEASE, call.now)?;
    }
    let retention = call.retention();
    slot.expire(call.now);
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
            let snapshots = slot.delete_snapshots(&retention);
            Ok(slot.delete_base(&retention) && snapshots)
        }
        Some("only") => Ok(slot.delete_snapshots(&retention)),
        Some(other) => Err(Refusal::invalid_header("x-ms-delete-snapshots", other)),
    }
}

/// Removes a deleted snapshot or version before its time, if the account allows it. The documentation
/// names no error code for an account that does not: this code is the emulator's own.
fn delete_for_good(call: &BlobCall<'_>, state: &mut ContainerState) -> ServiceResult<bool> {
    if !call.grant.has_any("y") {
        return Err(Refusal::permission_mismatch());
    }
    if !call
        .storage
        .service_properties()
        .lock()
        .allows_permanent_deletion()
    {
        return Err(Refusal::new(
            409,
            "PermanentDeleteNotEnabled",
            "Permanent delete is not enabled for the account.",
        ));
    }
    let version = preconditions::version_id(call)?;
    let slot = state
        .slot_mut(call.target.blob())
        .ok_or_else(Refusal::blob_not_found)?;
    slot.expire(call.now);
    let is_found = match (call.query.filled("snapshot"), version) {
        (Some(snapshot), _) => slot.remove_deleted_snapshot(snapshot),
        (None, Some(id)) => slot.remove_deleted_version(id),
        (None, None) => {
            return Err(Refusal::invalid_query(
                "deletetype",
                "permanent",
                "only for a deleted snapshot or version",
            ));
        }
    };
    if is_found {
        Ok(true)
    } else {
        Err(Refusal::blob_not_found())
    }
}

fn refuse_snapshots_header(call: &BlobCall<'_>) -> ServiceResult<()> {
    match call.head.header("x-ms-delete-snapshots") {
        Some(value) => Err(Refusal::invalid_header("x-ms-delete-snapshots", value)),
        None => Ok(()),
    }
}
