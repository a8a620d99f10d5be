//! Lease Container. <https://learn.microsoft.com/rest/api/storageservices/lease-container>

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};
use super::super::guard;
use super::super::headers;
use super::super::lease_request;

/// Acquires, renews, changes, releases or breaks.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    conditions::check(call.head, guard::version_of(&state.facts), Access::Write)?;
    let response = lease_request::act(call, &mut state.facts_mut().lease)?;
    Ok(headers::container_version(response, &state.facts))
}
