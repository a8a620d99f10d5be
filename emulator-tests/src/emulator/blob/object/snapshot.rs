//! Snapshot Blob. <https://learn.microsoft.com/rest/api/storageservices/snapshot-blob>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions::{self, Access};
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::blob::state::{ETag, Lease, Leased};
use crate::emulator::clock::Moment;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Keeps the blob as it is now. Metadata that is given goes to the snapshot alone.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    guard::refuse_snapshot(call)?;
    let metadata = headers::metadata(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let base = guard::find(call, &state)?;
    conditions::check(
        call.head,
        Some((base.etag, base.last_modified)),
        Access::Write,
    )?;
    conditions::check_tags(call.head, &base.tags)?;
    base.lease
        .check_given(guard::lease_id(call), Leased::Blob, call.now)?;
    let mut snapshot = base.clone();
    snapshot.lease = Lease::default();
    if !metadata.is_empty() {
        snapshot.metadata = metadata;
        snapshot.etag = ETag::next();
    }
    let mut response = Response::new(201);
    headers::set_version(&mut response, &snapshot);
    let slot = state.slot(call.target.blob());
    // The time is the snapshot's name: two of one blob never have the same.
    let mut time = call.now;
    while slot.snapshots.contains_key(&time.iso8601()) {
        time = Moment::from_ticks(time.ticks() + 1);
    }
    let name = time.iso8601();
    slot.snapshots.insert(name.clone(), snapshot);
    Ok(response
        .header("x-ms-snapshot", name)
        // A snapshot writes nothing that would have to be encrypted.
        .header("x-ms-request-server-encrypted", "false"))
}
