//! Delete Table. <https://learn.microsoft.com/rest/api/storageservices/delete-table>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::table::answer;
use crate::emulator::table::call::TableCall;

/// Deletes the table with all entities. A missing table is a missing resource here.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let until = call.now.plus_ms(call.behaviour.container_delete_ms);
    if call.storage.remove(&call.target.table(), until) {
        Ok(answer::empty(204))
    } else {
        Err(Refusal::resource_not_found())
    }
}
