//! Set Container Metadata. <https://learn.microsoft.com/rest/api/storageservices/set-container-metadata>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions::{self, Access};
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::blob::state::Leased;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

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
