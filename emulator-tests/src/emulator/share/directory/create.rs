//! Create Directory. <https://learn.microsoft.com/rest/api/storageservices/create-directory>

use std::collections::BTreeMap;

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::smb_request::{SmbPurpose, SmbRequest};
use crate::emulator::share::state::{FileAttributes, FileNode, NodeContent, SmbProperties};
use crate::emulator::share::{find, headers};

/// Creates the directory. Its parent must exist, and nothing of its name.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let path = call.path()?;
    let metadata = metadata::read(call.head)?;
    let request = SmbRequest::read(call, SmbPurpose::Create, true)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let (parent, name) = find::parent(state.tree(), &path)?;
    match state.tree().child(parent, name) {
        Some(found) if found.is_directory() => return Err(Refusal::resource_already_exists()),
        Some(_) => return Err(Refusal::resource_type_mismatch()),
        None => {}
    }
    let (parent, inherited) = (parent.id, parent.smb.permission_key.clone());
    let key = request.permission_key(&mut state, &inherited, None)?;
    let mut smb = SmbProperties::new(FileAttributes::DIRECTORY, key, call.now);
    request.apply(&mut smb, None, call.now);
    let content = NodeContent::Directory(BTreeMap::new());
    let mut node = FileNode::new(content, metadata, smb, call.now);
    node.parent = parent;
    name.clone_into(&mut node.name);
    let id = state.put(node);
    let node = state.tree().node(id);
    Ok(headers::changed(
        call,
        201,
        node.ok_or_else(Refusal::resource_not_found)?,
    ))
}
