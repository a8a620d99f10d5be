//! Delete Container. <https://learn.microsoft.com/rest/api/storageservices/delete-container>

use crate::emulator::blob::call::Call;
use crate::emulator::blob::conditions::{self, Access};
use crate::emulator::blob::guard;
use crate::emulator::blob::state::Leased;
use crate::emulator::error::Answer;
use crate::emulator::http::response::Response;

/// Deletes the container with its blobs. Its name stays taken for a while, as the service's habits say.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let container = call.container()?;
    {
        let state = container.enter()?;
        conditions::check(call.head, guard::version_of(&state.facts), Access::Write)?;
        state
            .facts
            .lease
            .check_write(guard::lease_id(call), Leased::Container, call.now)?;
    }
    call.account.remove(
        call.target.container(),
        call.now.plus_ms(call.behaviour.container_delete_ms),
    );
    Ok(Response::new(202))
}
