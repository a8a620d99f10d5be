//! Get and Set File Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/get-file-metadata>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-file-metadata>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, node_metadata};

/// Returns the metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let (node, _) = find::read_file(call, &state)?;
    Ok(node_metadata::answer(node))
}

/// Replaces all metadata.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    node_metadata::set(call, find::change_file)
}
