//! Snapshot Blob. <https://learn.microsoft.com/rest/api/storageservices/snapshot-blob>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::error::{BLOB_LEASE, WRITE};
use crate::emulator::blob::{headers, preconditions, tag_query};
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
    base.lease
        .check_given(call.lease_id(), BLOB_LEASE, call.now)?;
    let mut snapshot = base.clone();
    snapshot.lease = Lease::default();
    if !metadata.is_empty() {
        snapshot.metadata = metadata;
        snapshot.etag = ETag::next();
    }
    let mut response = Response::new(201);
    headers::set_version(&mut response, &snapshot);
    let slot = state.slot(call.target.blob());
    // The time is the snapshot's name, so it is unique for each blob.
    let mut time = call.now;
    while slot.snapshots.contains_key(&time.iso8601()) {
        time = Moment::from_ticks(time.ticks() + 1);
    }
    let name = time.iso8601();
    slot.snapshots.insert(name.clone(), snapshot);
    Ok(response
        .header("x-ms-snapshot", name)
        // A snapshot writes nothing that is encrypted.
        .header("x-ms-request-server-encrypted", "false"))
}
