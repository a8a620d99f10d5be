//! Delete File. <https://learn.microsoft.com/rest/api/storageservices/delete-file2>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::find;

/// Deletes the file.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    let node = find::change_file(call, &state)?;
    if node.is_read_only() {
        return Err(Refusal::read_only());
    }
    let id = node.id;
    state.remove(id);
    Ok(Response::new(202))
}
