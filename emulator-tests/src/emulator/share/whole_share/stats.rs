//! Get Share Stats: how much of the share is in use.
//! <https://learn.microsoft.com/rest/api/storageservices/get-share-stats>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::find;
use crate::emulator::xml::Writer;

/// Returns the bytes that were written; versions before 2018-11-09 name GiB, rounded up.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let share = call.share()?;
    let state = share.enter()?;
    let used = state.tree().used_bytes();
    let mut xml = Writer::new();
    xml.open("ShareStats", &[]);
    if call.version.since(2018, 11, 9) {
        xml.leaf("ShareUsageBytes", &used.to_string());
    } else {
        xml.leaf("ShareUsage", &used.div_ceil(1 << 30).to_string());
    }
    xml.close("ShareStats");
    Ok(Response::xml(xml))
}
