//! Get and Set Metadata, which are the same for directories and files.

use super::call::ShareCall;
use super::headers;
use super::state::FileNode;
use super::storage::ShareState;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::metadata;

/// The answer with the version and the metadata of a directory or a file.
pub fn answer(node: &FileNode) -> Response {
    let mut response = Response::new(200);
    headers::set_version(&mut response, node.etag, node.last_modified);
    metadata::write(&mut response, &node.metadata);
    response
}

/// Replaces all metadata of the directory or file that `find` returns.
pub fn set(
    call: &ShareCall<'_>,
    find: for<'s> fn(&ShareCall<'_>, &'s ShareState) -> ServiceResult<&'s FileNode>,
) -> ServiceResult<Response> {
    let metadata = metadata::read(call.head)?;
    let share = call.share()?;
    let mut state = share.enter()?;
    let id = find(call, &state)?.id;
    let changed = state.change(id, |node| {
        node.metadata = metadata;
        node.touch(call.now);
        headers::metadata_changed(node)
    });
    changed.ok_or_else(Refusal::resource_not_found)
}
