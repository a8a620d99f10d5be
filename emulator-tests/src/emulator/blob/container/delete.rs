//! Delete Container. <https://learn.microsoft.com/rest/api/storageservices/delete-container>

use super::super::super::error::{Answer, Refusal};
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};

/// Deletes the container with its blobs.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let current = {
        let state = container.lock();
        Some((state.etag, state.last_modified))
    };
    conditions::check(call.head, current, Access::Write)?;
    call.account
        .remove(call.target.container())
        .ok_or_else(Refusal::container_not_found)?;
    Ok(Response::new(202))
}
