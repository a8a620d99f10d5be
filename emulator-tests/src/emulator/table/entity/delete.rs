//! Delete Entity. <https://learn.microsoft.com/rest/api/storageservices/delete-entity1>

use super::change::EntityChangeRequest;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::table::answer;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::operation::TableOperation;

/// Removes an entity.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let table = call.table()?;
    let operation = TableOperation::DeleteEntity;
    let request = EntityChangeRequest::read(call, operation, call.target, call.head, &[])?;
    call.admit(&call.target.table(), &request.key.partition, 1)?;
    let mut state = table.enter()?;
    let planned = request.plan(&mut state, call.now)?;
    request.apply(&mut state, planned);
    Ok(answer::empty(204))
}
