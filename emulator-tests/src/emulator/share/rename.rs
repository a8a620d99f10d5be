//! Rename File and Rename Directory: a file or directory gets another name or another directory.
//! <https://learn.microsoft.com/rest/api/storageservices/rename-file>,
//! <https://learn.microsoft.com/rest/api/storageservices/rename-directory>

use super::call::{ShareCall, path_of};
use super::error::FILE_LEASE;
use super::operations::ShareOperations;
use super::smb_request::{SmbPurpose, SmbRequest};
use super::state::{FileNode, FileTree};
use super::{find, headers};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::fetch::Url;
use crate::emulator::http::response::Response;
use crate::emulator::service::copy_source::OwnSource;
use crate::emulator::service::metadata;

const SOURCE: &str = "x-ms-file-rename-source";

/// Renames a file, or a directory with everything in it.
pub fn run(call: &ShareCall<'_>, is_directory: bool) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let path = call.path()?;
    let source_path = source_path(call)?;
    let metadata = metadata::read(call.head)?;
    let request = SmbRequest::read(call, SmbPurpose::Rename, is_directory)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let source = find::node(state.tree(), &source_path)?;
    if source.is_directory() != is_directory || source_path.is_empty() {
        return Err(Refusal::resource_type_mismatch());
    }
    check_lease(call, source, "x-ms-source-lease-id")?;
    if source.file().is_some_and(|data| data.pending.is_some()) {
        return Err(Refusal::pending_copy());
    }
    let (parent, name) = find::parent(state.tree(), &path)?;
    if state.tree().is_within(parent.id, source.id) {
        return Err(Refusal::invalid_input(
            "A directory cannot be moved into itself.",
        ));
    }
    check_target(call, state.tree(), source, state.tree().child(parent, name))?;
    let mut node = source.clone();
    node.parent = parent.id;
    name.clone_into(&mut node.name);
    if !metadata.is_empty() {
        node.metadata = metadata;
    }
    let content_type = call.head.header("x-ms-content-type");
    if let (Some(content_type), Some(data)) = (content_type, node.file_mut()) {
        content_type.clone_into(&mut data.properties.content_type);
    }
    let before = node.smb.permission_key.clone();
    node.smb.permission_key = request.permission_key(&mut state, &before, None)?;
    request.apply(&mut node.smb, None, call.now);
    node.touch(call.now);
    let response = headers::changed(call, 200, &node);
    state.put(node);
    Ok(response)
}

/// The path of the source in this share, whose URL may have a SAS of its own.
fn source_path(call: &ShareCall<'_>) -> ServiceResult<Vec<String>> {
    let text = call.head.required(SOURCE)?;
    let invalid = || Refusal::invalid_header(SOURCE, text);
    let url = Url::parse(text).ok_or_else(invalid)?;
    let source = OwnSource::<ShareOperations>::of(call, &url)?.ok_or_else(invalid)?;
    source.authorize(call)?;
    if source.account() != call.account.name || source.target.share != call.target.share {
        return Err(invalid());
    }
    let keeps_dots = call.keeps_dots("x-ms-source-allow-trailing-dot")?;
    path_of(&source.target.parts, keeps_dots)
}

/// Refuses to replace what is at the new place, unless the request says so.
fn check_target(
    call: &ShareCall<'_>,
    tree: &FileTree,
    source: &FileNode,
    target: Option<&FileNode>,
) -> ServiceResult<()> {
    // Another spelling of its own name replaces nothing.
    let Some(target) = target.filter(|target| target.id != source.id) else {
        return Ok(());
    };
    if !call.flag("x-ms-file-rename-replace-if-exists")? {
        return Err(Refusal::resource_already_exists());
    }
    if target.is_directory() || source.is_directory() || tree.is_within(source.id, target.id) {
        return Err(Refusal::resource_type_mismatch());
    }
    if target.is_read_only() && !call.flag("x-ms-file-rename-ignore-readonly")? {
        return Err(Refusal::read_only());
    }
    check_lease(call, target, "x-ms-destination-lease-id")
}

fn check_lease(call: &ShareCall<'_>, node: &FileNode, name: &'static str) -> ServiceResult<()> {
    let given = call.head.header(name).filter(|id| !id.is_empty());
    let lease = node.file().map(|data| &data.lease);
    lease.map_or(Ok(()), |lease| {
        lease.check_write(given, FILE_LEASE, call.now)
    })
}
