//! Headers of the File service's answers.

use super::call::ShareCall;
use super::state::{FileData, FileNode, ShareProperties};
use crate::emulator::clock::Moment;
use crate::emulator::http::response::Response;
use crate::emulator::service::{ETag, metadata};

/// The content type of a file without one.
pub const DEFAULT_CONTENT_TYPE: &str = "application/octet-stream";

/// `ETag` and `Last-Modified`.
pub fn set_version(response: &mut Response, etag: ETag, last_modified: Moment) {
    response.set("ETag", etag.to_string());
    response.set("Last-Modified", last_modified.rfc1123());
}

/// The answer to a call that made or changed a directory or a file.
pub fn changed(call: &ShareCall<'_>, status: u16, node: &FileNode) -> Response {
    let mut response = Response::new(status);
    set_version(&mut response, node.etag, node.last_modified);
    response.set("x-ms-request-server-encrypted", "true");
    set_smb(&mut response, call, node);
    response
}

/// The answer to a call that replaced the metadata.
pub fn metadata_changed(node: &FileNode) -> Response {
    let mut response = Response::new(200);
    set_version(&mut response, node.etag, node.last_modified);
    response.header("x-ms-request-server-encrypted", "true")
}

/// The answer with a share's version.
pub fn share_version(mut response: Response, properties: &ShareProperties) -> Response {
    set_version(&mut response, properties.etag, properties.last_modified);
    response
}

/// Adds the SMB properties, which answers have since version 2019-02-02.
pub fn set_smb(response: &mut Response, call: &ShareCall<'_>, node: &FileNode) {
    if !call.version.since(2019, 2, 2) {
        return;
    }
    let smb = &node.smb;
    for (name, value) in [
        ("x-ms-file-attributes", smb.attributes.to_string()),
        ("x-ms-file-change-time", smb.changed.iso8601()),
        ("x-ms-file-creation-time", smb.created.iso8601()),
        ("x-ms-file-id", node.id.to_string()),
        ("x-ms-file-last-write-time", smb.last_write.iso8601()),
        ("x-ms-file-parent-id", node.parent.to_string()),
        ("x-ms-file-permission-key", smb.permission_key.clone()),
    ] {
        response.set(name, value);
    }
}

/// Adds what GET and HEAD return for a file, except length and MD5.
pub fn set_file(response: &mut Response, call: &ShareCall<'_>, node: &FileNode, data: &FileData) {
    set_version(response, node.etag, node.last_modified);
    data.properties.write(response);
    metadata::write(response, &node.metadata);
    response.set("x-ms-type", "File");
    response.set("x-ms-server-encrypted", "true");
    set_smb(response, call, node);
    if let Some(copy) = &data.copy {
        copy.write(response);
    }
}

/// Adds the state of a file's lease, unless it is a snapshot's file.
pub fn set_lease(response: &mut Response, call: &ShareCall<'_>, data: &FileData) {
    if call.snapshot().is_none() {
        data.lease.write(response, call.now);
    }
}
