//! Create File: a file of zeros. It replaces a file of its name.
//! <https://learn.microsoft.com/rest/api/storageservices/create-file>

use super::put_range;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::service::content_properties::check_md5;
use crate::emulator::service::range_write::WRITE_BYTES_MAX;
use crate::emulator::service::upload::{self, ReceivedBody};
use crate::emulator::service::{ContentProperties, metadata};
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::headers::DEFAULT_CONTENT_TYPE;
use crate::emulator::share::smb_request::{SmbPurpose, SmbRequest};
use crate::emulator::share::state::{
    FileAttributes, FileData, FileNode, NodeContent, SmbProperties,
};
use crate::emulator::share::storage::ShareState;
use crate::emulator::share::{find, headers, structured_body};

/// The longest file, in bytes.
const FILE_BYTES_MAX: u64 = 4 << 40;

/// Creates the file, with the first bytes in the body since version 2026-02-06.
pub fn run(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    find::refuse_snapshot(call)?;
    let path = call.path()?;
    let kind = call.head.required("x-ms-type")?;
    if !kind.eq_ignore_ascii_case("file") {
        return Err(Refusal::invalid_header("x-ms-type", kind));
    }
    let missing = || Refusal::missing_header("x-ms-content-length");
    let length = length(call)?.ok_or_else(missing)?;
    let mut properties = content_properties(call)?;
    if properties.content_type.is_empty() {
        DEFAULT_CONTENT_TYPE.clone_into(&mut properties.content_type);
    }
    let data = FileData::new(length, properties);
    let metadata = metadata::read(call.head)?;
    let request = SmbRequest::read(call, SmbPurpose::Create, false)?;
    let is_structured = structured_body::open(call, body)?;
    let received = receive(call, body, (&path, length), is_structured)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    check(call, &state, &path, false)?;
    let (parent, name) = find::parent(state.tree(), &path)?;
    let (parent_id, inherited) = (parent.id, parent.smb.permission_key.clone());
    let before = state.tree().child(parent, name).cloned();
    let key = request.permission_key(&mut state, &inherited, None)?;
    let mut smb = SmbProperties::new(FileAttributes::ARCHIVE, key, call.now);
    request.apply(&mut smb, None, call.now);
    let content = NodeContent::File(Box::new(data));
    let mut node = FileNode::new(content, metadata, smb, call.now);
    node.parent = parent_id;
    name.clone_into(&mut node.name);
    replace(&mut node, before);
    if let Some(received) = &received {
        put_range::check_quota(&state, &node, 0, received.extent.length())?;
        if let Some(pages) = node.pages_mut() {
            pages.write(0, received.extent.clone());
        }
    }
    let id = state.put(node);
    let node = state.tree().node(id);
    let mut response = headers::changed(call, 201, node.ok_or_else(Refusal::resource_not_found)?);
    if let Some(received) = &received {
        upload::set_digests(&mut response, &received.digests);
    }
    Ok(structured_body::accept(response, is_structured))
}

/// What a file keeps when it is replaced: its id, the spelling of its name, and its lease.
pub fn replace(node: &mut FileNode, before: Option<FileNode>) {
    let Some(before) = before else { return };
    node.id = before.id;
    node.name.clone_from(&before.name);
    if let (Some(data), Some(old)) = (node.file_mut(), before.file()) {
        data.lease = old.lease.clone();
    }
}

/// Refuses a request that may not make or replace the file.
pub fn check(
    call: &ShareCall<'_>,
    state: &ShareState,
    path: &[String],
    ignores_read_only: bool,
) -> ServiceResult<()> {
    let (parent, name) = find::parent(state.tree(), path)?;
    let Some(before) = state.tree().child(parent, name) else {
        return Ok(());
    };
    find::check_change(call, before)?;
    if before.is_read_only() && !ignores_read_only {
        return Err(Refusal::read_only());
    }
    if call.grant.has_any("w") {
        Ok(())
    } else {
        Err(Refusal::permission_mismatch())
    }
}

/// `x-ms-content-length`.
pub fn length(call: &ShareCall<'_>) -> ServiceResult<Option<u64>> {
    match call.head.number("x-ms-content-length")? {
        Some(length) if length > FILE_BYTES_MAX => Err(Refusal::new(
            400,
            "OutOfRangeInput",
            "The file is longer than 4 TiB.",
        )),
        length => Ok(length),
    }
}

/// The content headers of the request.
pub fn content_properties(call: &ShareCall<'_>) -> ServiceResult<ContentProperties> {
    let properties = ContentProperties::of(call.head, "x-ms-");
    if !properties.content_md5.is_empty() {
        check_md5(&properties.content_md5)?;
    }
    Ok(properties)
}

/// Receives the file's first bytes, if the request has any.
fn receive(
    call: &ShareCall<'_>,
    body: &mut Body<'_>,
    (path, length): (&[String], u64),
    is_structured: bool,
) -> ServiceResult<Option<ReceivedBody>> {
    let given = body.length();
    if given == 0 {
        return Ok(None);
    }
    if !call.version.since(2026, 2, 6) || given > length {
        return Err(Refusal::invalid_header(
            "Content-Length",
            &given.to_string(),
        ));
    }
    upload::check_length(call, body, WRITE_BYTES_MAX)?;
    check(call, &*call.share()?.enter()?, path, false)?;
    put_range::receive(call, body, is_structured).map(Some)
}
