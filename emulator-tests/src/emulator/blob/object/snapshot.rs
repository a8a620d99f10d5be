//! Snapshot Blob. <https://learn.microsoft.com/rest/api/storageservices/snapshot-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{BLOB_LEASE, WRITE};
use crate::emulator::blob::state::Slot;
use crate::emulator::blob::{encryption, headers, preconditions, tag_query};
use crate::emulator::clock::Moment;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::{ETag, Lease, conditions, metadata};

/// Creates a snapshot. Metadata of the request is the snapshot's, not the blob's.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    preconditions::refuse_snapshot(call)?;
    let metadata = metadata::read(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let base = preconditions::find(call, &state)?;
    conditions::check(call.head, Some((base.etag, base.last_modified)), WRITE)?;
    tag_query::check_conditions(call.head, &base.tags)?;
    encryption::check(call, base)?;
    preconditions::refuse_archived(base)?;
    base.lease
        .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    let mut snapshot = base.clone();
    snapshot.lease = Lease::default();
    snapshot.version_id = None;
    if !metadata.is_empty() {
        snapshot.metadata = metadata;
        snapshot.etag = ETag::next();
    }
    let mut response = Response::new(201);
    headers::set_version(&mut response, &snapshot);
    let slot = state.slot(call.target.blob());
    // The time is the snapshot's name, so it is unique for each blob.
    let mut time = call.now;
    let is_deleted = |slot: &Slot, name: &str| {
        let history = slot.history.as_ref();
        history.is_some_and(|history| history.deleted_snapshots.contains_key(name))
    };
    while slot.snapshots.contains_key(&time.iso8601()) || is_deleted(slot, &time.iso8601()) {
        time = Moment::from_ticks(time.ticks() + 1);
    }
    let name = time.iso8601();
    slot.snapshots.insert(name.clone(), snapshot);
    // With versions, a snapshot begins a new one.
    slot.begin_version(&call.retention());
    if let Some(base) = &slot.base {
        headers::set_version_id(&mut response, base);
    }
    Ok(response
        .header("x-ms-snapshot", name)
        // A snapshot writes nothing that is encrypted.
        .header("x-ms-request-server-encrypted", "false"))
}
