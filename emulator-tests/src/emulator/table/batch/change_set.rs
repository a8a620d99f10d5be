//! The changes of a transaction: all are read and checked, then the table is locked, and all are made
//! or none.

use std::collections::HashSet;

use super::batch_answer::BatchAnswer;
use super::multipart;
use super::part::PartRequest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::entity::{EntityChangeRequest, insert};
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::state::StoredEntity;
use crate::emulator::table::{answer, error, names};

const CHANGES_MAX: usize = 100;

/// A refused change: its position, and why.
type RefusedChange = Box<(usize, Refusal)>;

/// One change with the head of its request.
struct BatchedChange<'p> {
    part: PartRequest<'p>,
    request: EntityChangeRequest,
}

/// Makes the changes, and adds an answer for each; or one answer if a change is refused.
pub(super) fn run(call: &TableCall<'_>, parts: &[&str], out: &mut BatchAnswer) {
    if let Err(refused) = change(call, parts, out) {
        let (position, mut refusal) = *refused;
        // A change that is alone has no position, except if its table is missing.
        if parts.len() > 1 || refusal.code == "TableNotFound" {
            refusal.message = format!("{position}:{}", refusal.message).into();
        }
        let part = parts.get(position).copied().unwrap_or_default();
        let (_, request) = multipart::head_and_content(part);
        let (head, _) = multipart::head_and_content(request);
        let id = multipart::header(head, "content-id");
        let parsed = PartRequest::read(call, part).ok();
        let head = parsed.as_ref().map(|part| &part.head);
        let request_id = call.resources.ids.next();
        let time = call.now.iso8601();
        let mut response = error::response(&refusal, head, &request_id, &time);
        response.set("DataServiceVersion", "3.0;");
        out.push(Some(id).filter(|id| !id.is_empty()), &response);
    }
}

fn refused_at(position: usize) -> impl Fn(Refusal) -> RefusedChange {
    move |refusal| Box::new((position, refusal))
}

fn change(
    call: &TableCall<'_>,
    parts: &[&str],
    out: &mut BatchAnswer,
) -> Result<(), RefusedChange> {
    if parts.len() > CHANGES_MAX {
        let message = "The batch request operation exceeds the maximum 100 changes per change set.";
        return Err(refused_at(CHANGES_MAX - 1)(Refusal::invalid_input(message)));
    }
    let changes = read(call, parts)?;
    if let Some(status) = call.head.faults.batch_status {
        let code = if status == 503 {
            "ServerBusy"
        } else {
            "OperationTimedOut"
        };
        let message = "The fault plan refuses this request.";
        return Err(refused_at(0)(Refusal::new(status, code, message)));
    }
    let Some(first) = changes.first() else {
        return Ok(());
    };
    let table_name = first.part.target.table();
    let table = call.storage.table(&table_name).map_err(refused_at(0))?;
    let entities = changes.len() as u64;
    call.admit(&table_name, &first.request.key.partition, entities)
        .map_err(refused_at(0))?;
    let mut state = table.enter().map_err(refused_at(0))?;
    let name = state.properties().name.clone();
    let mut planned = Vec::with_capacity(changes.len());
    for (position, one) in changes.iter().enumerate() {
        let plan = one.request.plan(&mut state, call.now);
        planned.push(plan.map_err(refused_at(position))?);
    }
    for (one, entity) in changes.iter().zip(&planned) {
        one.request.apply(&mut state, entity.clone());
    }
    drop(state);
    for (position, (one, entity)) in changes.iter().zip(&planned).enumerate() {
        let response = answer_one(call, &name, one, entity.as_ref());
        let response = response.map_err(refused_at(position))?;
        out.push(one.part.head.header("content-id"), &response);
    }
    Ok(())
}

/// Reads all changes. They are in one partition of one table, and each entity is changed once.
fn read<'p>(
    call: &TableCall<'_>,
    parts: &[&'p str],
) -> Result<Vec<BatchedChange<'p>>, RefusedChange> {
    let mut changes: Vec<BatchedChange<'p>> = Vec::with_capacity(parts.len());
    let mut rows = HashSet::new();
    for (position, part) in parts.iter().enumerate() {
        let at = refused_at(position);
        let one = read_one(call, part).map_err(&at)?;
        if let Some(first) = changes.first()
            && (first.request.key.partition != one.request.key.partition
                || first.part.target.table() != one.part.target.table())
        {
            return Err(at(Refusal::new(
                400,
                "CommandsInBatchActOnDifferentPartitions",
                "All commands in a batch must operate on same entity group.",
            )));
        }
        if !rows.insert(one.request.key.row.clone()) {
            return Err(at(Refusal::new(
                400,
                "InvalidDuplicateRow",
                "The batch request contains multiple changes with same row key. An entity can appear only once in a batch request.",
            )));
        }
        changes.push(one);
    }
    Ok(changes)
}

fn read_one<'p>(call: &TableCall<'_>, part: &'p str) -> ServiceResult<BatchedChange<'p>> {
    let part = PartRequest::read(call, part)?;
    if !part.operation.changes_entity() {
        return Err(Refusal::invalid_request_input());
    }
    names::check_table(&part.target.table())?;
    if part.operation == TableOperation::InsertEntity {
        insert::level(&part.head, &part.query)?;
    }
    let request =
        EntityChangeRequest::read(call, part.operation, &part.target, &part.head, part.body)?;
    Ok(BatchedChange { part, request })
}

fn answer_one(
    call: &TableCall<'_>,
    table: &str,
    change: &BatchedChange<'_>,
    entity: Option<&StoredEntity>,
) -> ServiceResult<Response> {
    let head = &change.part.head;
    let key = &change.request.key;
    if change.request.operation == TableOperation::InsertEntity {
        let entity = entity.map(|entity| (key, entity));
        let level = insert::level(head, &change.part.query)?;
        let mut response = insert::inserted(call, head, table, level, entity);
        response.set("DataServiceVersion", "3.0;");
        return Ok(response);
    }
    let etag = entity.map(StoredEntity::etag);
    let response = answer::empty(204).header("DataServiceVersion", "1.0;");
    Ok(response.header_some("ETag", etag))
}
