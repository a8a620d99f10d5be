//! Get and Set File Properties.
//! <https://learn.microsoft.com/rest/api/storageservices/get-file-properties>,
//! <https://learn.microsoft.com/rest/api/storageservices/set-file-properties>

use std::sync::Arc;

use super::create;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;
use crate::emulator::service::ContentProperties;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::smb_request::{SmbPurpose, SmbRequest};
use crate::emulator::share::{find, headers};

/// Returns properties and metadata.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    find::advance(call, &mut state, true)?;
    let (node, data) = find::read_file(call, &state)?;
    let mut response = Response::new(200);
    headers::set_file(&mut response, call, node, data);
    if call.version.since(2019, 2, 2) {
        headers::set_lease(&mut response, call, data);
    }
    if !data.properties.content_md5.is_empty() {
        response.set("Content-MD5", data.properties.content_md5.clone());
    }
    call.apply_overrides(&mut response);
    response.payload = Payload::Length(data.pages.size());
    Ok(response)
}

/// Sets the content headers, the length and the SMB properties that are given. When one content
/// header is given, those that are not given are cleared.
pub fn set(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let length = create::length(call)?;
    let properties = create::content_properties(call)?;
    let request = SmbRequest::read(call, SmbPurpose::Change, false)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let node = find::change_file(call, &state)?;
    let (id, before) = (node.id, node.smb.permission_key.clone());
    let key = request.permission_key(&mut state, &before, None)?;
    let changed = state.change(id, |node| {
        if let Some(data) = node.file_mut() {
            if properties != ContentProperties::default() {
                data.properties = properties;
            }
            if let Some(length) = length {
                Arc::make_mut(&mut data.pages).resize(length);
            }
        }
        node.smb.permission_key = key;
        request.apply(&mut node.smb, None, call.now);
        node.touch(call.now);
        headers::changed(call, 200, node)
    });
    changed.ok_or_else(Refusal::resource_not_found)
}
