//! Snapshot Share. <https://learn.microsoft.com/rest/api/storageservices/snapshot-share>

use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, headers};

/// The most snapshots of a share.
const SNAPSHOTS_MAX: usize = 200;

/// Keeps the share as it is. A snapshot's time has whole seconds, as the service's have, so that
/// the second one of a second is named after the next second.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let metadata = metadata::read(call.head)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    if state.snapshots().len() >= SNAPSHOTS_MAX {
        return Err(Refusal::new(
            409,
            "ShareSnapshotCountExceeded",
            "The share already has the most snapshots that it can have.",
        ));
    }
    let last = state.snapshots().last_key_value();
    let last = last.and_then(|(time, _)| Moment::parse_iso8601(time));
    let after_last = last.map_or(0, |last| last.seconds() + 1);
    let time = Moment::from_seconds(call.now.seconds().max(after_last)).iso8601();
    let mut properties = state.properties().clone();
    if !metadata.is_empty() {
        properties.metadata = metadata;
        // A snapshot that differs from its share has a version of its own.
        properties.touch(call.now);
    }
    let response = headers::share_version(Response::new(201), &properties);
    state.add_snapshot(time.clone(), properties);
    Ok(response.header("x-ms-snapshot", time))
}
