//! Delete Blob. <https://learn.microsoft.com/rest/api/storageservices/delete-blob>

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};

/// Deletes the blob. Its bytes go when nobody reads them any more.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let mut state = container.lock();
    let blob = state.blob(call.target.blob())?;
    conditions::check(
        call.head,
        Some((blob.etag, blob.last_modified)),
        Access::Write,
    )?;
    if let Some(slot) = state.blobs.get_mut(call.target.blob()) {
        slot.base = None;
    }
    state.tidy(call.target.blob());
    Ok(Response::new(202).header("x-ms-delete-type-permanent", "true"))
}
