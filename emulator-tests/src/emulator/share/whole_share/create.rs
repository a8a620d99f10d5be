//! Create Share. <https://learn.microsoft.com/rest/api/storageservices/create-share>

use super::share_headers;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::{FileTree, ShareProperties};
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers, names};

/// Creates the share, or 409.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let name = call.target.share();
    names::check_share(name)?;
    find::refuse_snapshot(call)?;
    share_headers::check_protocol(call)?;
    let metadata = metadata::read(call.head)?;
    let mut properties = ShareProperties::new(metadata, share_headers::quota(call)?, call.now);
    if let Some(tier) = share_headers::tier(call)? {
        properties.tier = tier;
        properties.tier_changed = Some(call.now);
    }
    let state = ShareState::new(properties, FileTree::new(call.now));
    let share = call.storage.create(name, state, call.now)?;
    let state = share.lock();
    Ok(headers::share_version(
        Response::new(201),
        state.properties(),
    ))
}
