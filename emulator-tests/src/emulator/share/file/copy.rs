//! Copy File, which may be pending after its answer.
//! <https://learn.microsoft.com/rest/api/storageservices/copy-file>

use std::sync::Arc;

use super::create;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::{CopyRecord, CopyStatus, Pages, PendingCopy, metadata};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::smb_request::{SmbPurpose, SmbRequest};
use crate::emulator::share::source::{self, FileSource};
use crate::emulator::share::state::{
    FileAttributes, FileData, FileNode, NodeContent, SmbProperties,
};
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers};

/// Starts a copy of a file or a blob.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let path = call.path()?;
    let metadata = metadata::read(call.head)?;
    let request = SmbRequest::read(call, SmbPurpose::Copy, false)?;
    let ignores_read_only = call.flag("x-ms-file-copy-ignore-readonly")?;
    create::check(call, &*call.share()?.enter()?, &path, ignores_read_only)?;
    let source = source::open(call)?;
    let data = pending_file(call, &source)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    create::check(call, &state, &path, ignores_read_only)?;
    let (parent, name) = find::parent(state.tree(), &path)?;
    let (parent_id, inherited) = (parent.id, parent.smb.permission_key.clone());
    let before = state.tree().child(parent, name).cloned();
    check_quota(&state, &data, before.as_ref())?;
    let of_source = source.smb.as_ref();
    let descriptor = of_source.map(|(_, descriptor)| descriptor.as_str());
    let key = request.permission_key(&mut state, &inherited, descriptor)?;
    let mut smb = SmbProperties::new(FileAttributes::ARCHIVE, key, call.now);
    request.apply(&mut smb, of_source.map(|(smb, _)| smb), call.now);
    let metadata = if metadata.is_empty() {
        source.metadata.clone()
    } else {
        metadata
    };
    let content = NodeContent::File(Box::new(data));
    let mut node = FileNode::new(content, metadata, smb, call.now);
    node.parent = parent_id;
    name.clone_into(&mut node.name);
    create::replace(&mut node, before);
    node.advance(call.now, call.behaviour.copy.pending_polls == 0);
    let mut response = Response::new(202);
    headers::set_version(&mut response, node.etag, node.last_modified);
    if let Some(copy) = node.file().and_then(|data| data.copy.as_ref()) {
        response.set("x-ms-copy-id", copy.id.clone());
        response.set("x-ms-copy-status", copy.status.name());
    }
    state.put(node);
    Ok(response)
}

/// Refuses a copy after which the share's files are larger than its quota.
fn check_quota(
    state: &ShareState,
    data: &FileData,
    before: Option<&FileNode>,
) -> ServiceResult<()> {
    let bytes = |pages: &Pages| pages.used_bytes();
    let added = data.pending.as_ref().map(|copy| bytes(&copy.content));
    let replaced = before
        .and_then(FileNode::file)
        .map(|data| bytes(&data.pages));
    let kept = state.tree().used_bytes() - replaced.unwrap_or(0);
    if kept + added.unwrap_or(0) > state.properties().quota_bytes() {
        Err(Refusal::share_full())
    } else {
        Ok(())
    }
}

/// An empty file into which the source is copied.
fn pending_file(call: &ShareCall<'_>, source: &FileSource) -> ServiceResult<FileData> {
    let content = source.content(call)?;
    let mut data = FileData::new(0, source.properties.clone());
    data.copy = Some(CopyRecord {
        id: call.resources.ids.next(),
        source: source.shown_url.clone(),
        status: CopyStatus::Pending,
        done: 0,
        total: content.size(),
        completed: None,
        description: None,
    });
    data.pending = Some(PendingCopy {
        content: Arc::clone(&content),
        behaviour: call.behaviour.copy.clone(),
        polls: 0,
        began: call.now,
        source: source.version.clone(),
    });
    Ok(data)
}

/// Abort Copy File: ends a pending copy. The file stays, empty, with its metadata.
/// <https://learn.microsoft.com/rest/api/storageservices/abort-copy-file>
pub fn abort(call: &ShareCall<'_>) -> ServiceResult<Response> {
    const ACTION: &str = "x-ms-copy-action";
    let wanted = call.query.filled("copyid");
    let wanted = wanted.ok_or_else(|| Refusal::missing_query("copyid"))?;
    let action = call.head.required(ACTION)?;
    if action != "abort" {
        return Err(Refusal::invalid_header(ACTION, action));
    }
    find::refuse_snapshot(call)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    find::advance(call, &mut state, false)?;
    let node = find::node(state.tree(), &call.path()?)?;
    let id = node.id;
    let data = node.file().ok_or_else(Refusal::resource_type_mismatch)?;
    find::check_lease(call, data)?;
    let copy = data.copy.as_ref().filter(|_| data.pending.is_some());
    let copy = copy.ok_or_else(|| {
        Refusal::new(
            409,
            "NoPendingCopyOperation",
            "There is currently no pending copy operation.",
        )
    })?;
    if copy.id != wanted {
        return Err(Refusal::new(
            409,
            "CopyIdMismatch",
            "The specified copy ID did not match the copy ID for the pending copy operation.",
        ));
    }
    state.change(id, |node| {
        if let Some(data) = node.file_mut() {
            data.pending = None;
            if let Some(copy) = &mut data.copy {
                copy.status = CopyStatus::Aborted;
                copy.completed = Some(call.now.whole_second());
            }
        }
        node.touch(call.now);
    });
    Ok(Response::new(204))
}
