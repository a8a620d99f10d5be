//! Get and Set Directory Properties.
//! <https://learn.microsoft.com/rest/api/storageservices/get-directory-properties>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-directory-properties>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::smb_request::{SmbPurpose, SmbRequest};
use crate::emulator::share::{find, headers, node_metadata};

/// Returns properties and metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let state = share.enter()?;
    let directory = find::read_directory(call, &state)?;
    let mut response = node_metadata::answer(directory);
    response.set("x-ms-server-encrypted", "true");
    headers::set_smb(&mut response, call, directory);
    Ok(response)
}

/// Sets SMB properties.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let request = SmbRequest::read(call, SmbPurpose::Change, true)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let directory = find::change_directory(call, &state)?;
    let (id, before) = (directory.id, directory.smb.permission_key.clone());
    let key = request.permission_key(&mut state, &before, None)?;
    let changed = state.change(id, |directory| {
        directory.smb.permission_key = key;
        request.apply(&mut directory.smb, None, call.now);
        directory.touch(call.now);
        headers::changed(call, 200, directory)
    });
    changed.ok_or_else(Refusal::resource_not_found)
}
