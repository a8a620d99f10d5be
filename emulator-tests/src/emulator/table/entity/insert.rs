//! Insert Entity. <https://learn.microsoft.com/rest/api/storageservices/insert-entity>

use super::change::{BODY_BYTES_MAX, EntityChangeRequest};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::head::Head;
use crate::emulator::http::query::Query;
use crate::emulator::http::response::Response;
use crate::emulator::table::answer::{self, EntityForm};
use crate::emulator::table::call::TableCall;
use crate::emulator::table::error::set_preference;
use crate::emulator::table::json::MetadataLevel;
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::state::{EntityKey, StoredEntity};

/// Adds an entity.
pub fn run(call: &TableCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let table = call.table()?;
    let level = level(call.head, call.query)?;
    let body = body.read_document(BODY_BYTES_MAX)?;
    let operation = TableOperation::InsertEntity;
    let request = EntityChangeRequest::read(call, operation, call.target, call.head, &body)?;
    call.admit(&call.target.table(), &request.key.partition, 1)?;
    let mut state = table.enter()?;
    let entity = request.plan(&mut state, call.now)?;
    request.apply(&mut state, entity.clone());
    let name = state.properties().name.clone();
    drop(state);
    let entity = entity.as_ref().map(|entity| (&request.key, entity));
    Ok(inserted(call, call.head, &name, level, entity))
}

/// The metadata of the answer; `None` if the client wants no content.
pub fn level(head: &Head, query: &Query) -> ServiceResult<Option<MetadataLevel>> {
    if head.header("prefer") == Some("return-no-content") {
        return Ok(None);
    }
    let level = MetadataLevel::of(head, query).ok_or_else(Refusal::atom_not_supported)?;
    Ok(Some(level))
}

/// The answer to an insertion.
pub fn inserted(
    call: &TableCall<'_>,
    head: &Head,
    table: &str,
    level: Option<MetadataLevel>,
    entity: Option<(&EntityKey, &StoredEntity)>,
) -> Response {
    let form = EntityForm {
        select: None,
        ..EntityForm::of(call, table, level.unwrap_or(MetadataLevel::Minimal))
    };
    let Some((key, entity)) = entity else {
        return answer::empty(204);
    };
    let location = format!("{}{}", form.endpoint, form.link(key));
    let mut response = match level {
        None => answer::empty(204).header("DataServiceId", location.clone()),
        Some(level) => {
            let mut document = String::new();
            form.write(&mut document, &form.metadata("/@Element"), key, entity);
            answer::json(201, level, document)
        }
    };
    response.set("Location", location);
    response.set("ETag", entity.etag());
    set_preference(&mut response, head);
    response
}
