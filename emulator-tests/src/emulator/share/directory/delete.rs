//! Delete Directory. <https://learn.microsoft.com/rest/api/storageservices/delete-directory>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::find;
use crate::emulator::share::state::tree;

/// Deletes an empty directory.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let share = call.share()?;
    let mut state = share.enter()?;
    let directory = find::change_directory(call, &state)?;
    if directory.id == tree::ROOT {
        return Err(Refusal::new(
            409,
            "CannotDeleteFileOrDirectory",
            "The root directory of a share cannot be deleted.",
        ));
    }
    if directory
        .entries()
        .is_some_and(|entries| !entries.is_empty())
    {
        return Err(Refusal::new(
            409,
            "DirectoryNotEmpty",
            "The specified directory is not empty.",
        ));
    }
    if directory.is_read_only() {
        return Err(Refusal::read_only());
    }
    let id = directory.id;
    state.remove(id);
    Ok(Response::new(202))
}
