//! Finds the blob of a request, and checks what the request depends on: conditions, leases,
//! snapshots, tiers.

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{BLOB_LEASE, WRITE};
use crate::emulator::blob::state::{Blob, ContainerProperties, Slot};
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::blob::tag_query;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::conditions;
use crate::emulator::service::conditions::{Access, Current};

/// A container's version for its conditions.
pub fn version_of(properties: &ContainerProperties) -> Current {
    Some((properties.etag, properties.last_modified))
}

/// The blob or snapshot that a read is for. Refuses when its conditions do not hold.
pub fn read<'s>(call: &BlobCall<'_>, state: &'s ContainerState) -> ServiceResult<&'s Blob> {
    let blob = find(call, state)?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Read,
    )?;
    tag_query::check_conditions(call.head, &blob.tags)?;
    blob.lease
        .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    Ok(blob)
}

/// The blob or snapshot addressed, or 404.
pub fn find<'s>(call: &BlobCall<'_>, state: &'s ContainerState) -> ServiceResult<&'s Blob> {
    let slot = state
        .blobs
        .get(call.target.blob())
        .ok_or_else(Refusal::blob_not_found)?;
    let found = match (call.query.filled("snapshot"), version_id(call)?) {
        (Some(snapshot), None) => {
            Moment::parse_iso8601(snapshot)
                .ok_or_else(|| Refusal::malformed_query("snapshot", snapshot))?;
            slot.snapshots.get(snapshot)
        }
        (None, Some(id)) => slot.version(id),
        (None, None) => slot.base.as_ref(),
        (Some(snapshot), Some(_)) => {
            return Err(Refusal::invalid_query(
                "snapshot",
                snapshot,
                "not together with versionid",
            ));
        }
    };
    let blob = found.ok_or_else(Refusal::blob_not_found)?;
    if call.address.secondary && call.is_ahead_of_secondary(blob.written) {
        return Err(Refusal::blob_not_found());
    }
    Ok(blob)
}

/// The version that `versionid` names.
pub fn version_id(call: &BlobCall<'_>) -> ServiceResult<Option<Moment>> {
    let Some(text) = call.query.filled("versionid") else {
        return Ok(None);
    };
    let id = Moment::parse_iso8601(text)
        .ok_or_else(|| Refusal::invalid_query("versionid", text, "not a version's id"))?;
    Ok(Some(id))
}

/// Whether a request is not for a previous version.
pub fn is_current(call: &BlobCall<'_>, state: &ContainerState, blob: &Blob) -> bool {
    call.query.filled("versionid").is_none()
        || (state.blobs.get(call.target.blob()))
            .and_then(|slot| slot.base.as_ref())
            .is_some_and(|base| base.version_id == blob.version_id)
}

/// The base blob that a write changes. Refuses when conditions or lease do not allow it.
pub fn change<'s>(
    call: &BlobCall<'_>,
    state: &'s mut ContainerState,
) -> ServiceResult<&'s mut Blob> {
    state.advance(call.target.blob(), call.now, false);
    check_change(call, state)?;
    state
        .slot_mut(call.target.blob())
        .and_then(|slot| slot.base.as_mut())
        .ok_or_else(Refusal::blob_not_found)
}

/// The same for calls that record their change themselves.
pub fn change_part<'s>(
    call: &BlobCall<'_>,
    state: &'s mut ContainerState,
) -> ServiceResult<&'s mut Blob> {
    check_change(call, state)?;
    state
        .blobs
        .get_mut(call.target.blob())
        .and_then(|slot| slot.base.as_mut())
        .ok_or_else(Refusal::blob_not_found)
}

fn check_change(call: &BlobCall<'_>, state: &ContainerState) -> ServiceResult<()> {
    refuse_snapshot(call)?;
    let slot = state.blobs.get(call.target.blob());
    check_write(
        call,
        Some(
            slot.and_then(|slot| slot.base.as_ref())
                .ok_or_else(Refusal::blob_not_found)?,
        ),
    )
}

/// Refuses a request that may not replace the blob.
pub fn overwrite(call: &BlobCall<'_>, slot: Option<&Slot>) -> ServiceResult<()> {
    refuse_snapshot(call)?;
    let base = slot.and_then(|slot| slot.base.as_ref());
    check_write(call, base)?;
    if base.is_some() && !call.grant.has_any("w") {
        return Err(Refusal::new(
            403,
            "UnauthorizedBlobOverwrite",
            "This request is not authorized to perform blob overwrites.",
        ));
    }
    Ok(())
}

/// Checks conditions, lease and pending copy for any write.
pub fn check_write(call: &BlobCall<'_>, base: Option<&Blob>) -> ServiceResult<()> {
    conditions::check(
        call.head,
        base.map(|blob| (blob.etag, blob.last_modified)),
        WRITE,
    )?;
    let Some(blob) = base else {
        return match call.lease_id() {
            Some(_) => Err(Refusal::new(
                412,
                "LeaseNotPresentWithBlobOperation",
                "There is currently no lease on the blob.",
            )),
            None => Ok(()),
        };
    };
    tag_query::check_conditions(call.head, &blob.tags)?;
    blob.lease
        .check_write(call.lease_id(), BLOB_LEASE, call.now)?;
    if blob.is_being_copied() {
        return Err(Refusal::new(
            409,
            "PendingCopyOperation",
            "There is currently a pending copy operation.",
        ));
    }
    Ok(())
}

/// Refuses a request that would change a snapshot or a version.
pub fn refuse_snapshot(call: &BlobCall<'_>) -> ServiceResult<()> {
    for (name, reason) in [
        ("snapshot", "a snapshot cannot be changed"),
        ("versionid", "a version cannot be changed"),
    ] {
        if let Some(value) = call.query.filled(name) {
            return Err(Refusal::invalid_query(name, value, reason));
        }
    }
    Ok(())
}

/// Refuses a read of an archived blob.
pub fn refuse_archived(blob: &Blob) -> ServiceResult<()> {
    if blob.tier.rehydrating.is_some() {
        return Err(Refusal::new(
            409,
            "BlobBeingRehydrated",
            "This operation is not permitted because the blob is being rehydrated.",
        ));
    }
    if blob.tier.is_archived() {
        return Err(Refusal::blob_archived());
    }
    Ok(())
}
