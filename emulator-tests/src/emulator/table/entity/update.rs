//! Update, Merge, Insert Or Replace, and Insert Or Merge Entity.
//! <https://learn.microsoft.com/rest/api/storageservices/update-entity2>

use super::change::{BODY_BYTES_MAX, EntityChangeRequest};
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::table::answer;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::state::StoredEntity;

/// Replaces or merges an entity.
pub fn run(
    call: &TableCall<'_>,
    operation: TableOperation,
    body: &mut Body<'_>,
) -> ServiceResult<Response> {
    let table = call.table()?;
    let body = body.read_document(BODY_BYTES_MAX)?;
    let request = EntityChangeRequest::read(call, operation, call.target, call.head, &body)?;
    call.admit(&call.target.table(), &request.key.partition, 1)?;
    let mut state = table.enter()?;
    let entity = request.plan(&mut state, call.now)?;
    let etag = entity.as_ref().map(StoredEntity::etag);
    request.apply(&mut state, entity);
    Ok(answer::empty(204).header_some("ETag", etag))
}
