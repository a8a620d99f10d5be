//! Query Entities for one entity.
//! <https://learn.microsoft.com/rest/api/storageservices/query-entities>

use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::table::answer::{self, EntityForm};
use crate::emulator::table::call::TableCall;
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::permissions;

/// Returns an entity.
pub fn run(call: &TableCall<'_>) -> ServiceResult<Response> {
    let level = call.metadata_level()?;
    let key = call.target.key();
    permissions::check(call, TableOperation::GetEntity, call.target, &key)?;
    let table = call.table()?;
    call.admit(&call.target.table(), &key.partition, 1)?;
    let state = table.enter()?;
    let entity = state.entity(&key);
    let name = state.properties().name.clone();
    drop(state);
    let entity = entity.ok_or_else(Refusal::resource_not_found)?;
    let form = EntityForm::of(call, &name, level);
    let mut document = String::new();
    form.write(&mut document, &form.metadata("/@Element"), &key, &entity);
    Ok(answer::json(200, level, document).header("ETag", entity.etag()))
}
