//! Get and Set Directory Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/get-directory-metadata>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-directory-metadata>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, node_metadata};

/// Returns the metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let node = find::read_directory(call, &state)?;
    Ok(node_metadata::answer(node))
}

/// Replaces all metadata.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    node_metadata::set(call, find::change_directory)
}
