//! Set Container Metadata. <https://learn.microsoft.com/rest/api/storageservices/set-container-metadata>

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::call::Call;
use super::super::conditions::{self, Access};
use super::super::guard;
use super::super::headers;
use super::super::state::Leased;

/// Replaces all metadata.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let metadata = headers::metadata(call.head)?;
    let container = call.container()?;
    let mut state = container.enter()?;
    let facts = state.facts_mut();
    conditions::check(call.head, guard::version_of(facts), Access::Write)?;
    facts
        .lease
        .check_given(guard::lease_id(call), Leased::Container, call.now)?;
    facts.metadata = metadata;
    facts.touch(call.now);
    Ok(headers::container_version(Response::new(200), facts))
}
