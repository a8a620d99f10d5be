//! Get and Set Share Metadata.
//! <https://learn.microsoft.com/rest/api/storageservices/get-share-metadata>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-share-metadata>

use super::change;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::{find, headers};

/// Returns the metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let properties = change::readable(call, &state)?;
    let mut response = headers::share_version(Response::new(200), properties);
    metadata::write(&mut response, &properties.metadata);
    Ok(response)
}

/// Replaces all metadata.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let metadata = metadata::read(call.head)?;
    change::change(call, |properties| properties.metadata = metadata)
}
