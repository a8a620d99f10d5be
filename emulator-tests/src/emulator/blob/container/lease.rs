//! Lease Container. <https://learn.microsoft.com/rest/api/storageservices/lease-container>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions::{self, Access};
use crate::emulator::blob::guard;
use crate::emulator::blob::headers;
use crate::emulator::blob::lease_request;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Acquires, renews, changes, releases or breaks.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    let mut state = container.enter()?;
    conditions::check(call.head, guard::version_of(&state.facts), Access::Write)?;
    let response = lease_request::act(call, &mut state.facts_mut().lease)?;
    Ok(headers::container_version(response, &state.facts))
}
