//! Entity group transactions: up to 100 changes in one partition, all or none; or one query.
//! <https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions>
//!
//! `multipart` splits the body, `part` reads a request of it, `change_set` makes the changes, and
//! `batch_answer` joins the answers.

mod batch_answer;
mod change_set;
mod multipart;
mod part;

use batch_answer::BatchAnswer;
use part::PartRequest;

use super::call::TableCall;
use super::operation::TableOperation;
use super::{answer, entity};
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;
use crate::emulator::table::error;

const BODY_BYTES_MAX: u64 = 4 << 20;

/// Serves a batch. Refused changes are answered inside of the batch's own answer, which is 202.
pub fn run(call: &TableCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let boundary = multipart::boundary(call.head.header_or_empty("content-type"));
    let boundary = boundary.ok_or_else(Refusal::invalid_request_input)?;
    let body = body.read_document(BODY_BYTES_MAX)?;
    let text = std::str::from_utf8(&body).map_err(|_| Refusal::invalid_request_input())?;
    let parts = multipart::split(text, boundary).ok_or_else(Refusal::invalid_request_input)?;
    // Later change sets are not run.
    let part = *parts.first().ok_or_else(Refusal::invalid_request_input)?;
    let mut answer = BatchAnswer::new(&call.resources.ids.next());
    let (headers, content) = multipart::head_and_content(part);
    match multipart::boundary(multipart::header(headers, "content-type")) {
        Some(inner) => {
            let changes = multipart::split(content, inner);
            let changes = changes.ok_or_else(Refusal::invalid_request_input)?;
            answer.begin_change_set(&call.resources.ids.next());
            change_set::run(call, &changes, &mut answer);
            answer.end_change_set();
        }
        None if parts.len() > 1 => return Err(Refusal::invalid_request_input()),
        None => answer.push(None, &query(call, part)?),
    }
    let (content_type, document) = answer.finish();
    let mut response = answer::empty(202).header("Content-Type", content_type);
    response.payload = Payload::Document(document);
    Ok(response)
}

/// Serves a query, which is alone in its batch.
fn query(batch: &TableCall<'_>, part: &str) -> ServiceResult<Response> {
    let part = PartRequest::read(batch, part)?;
    let call = TableCall {
        head: &part.head,
        query: &part.query,
        target: &part.target,
        service: batch.service,
        resources: batch.resources,
        account: batch.account,
        storage: batch.storage,
        address: batch.address,
        version: batch.version,
        grant: batch.grant,
        peer: batch.peer,
        behaviour: batch.behaviour.clone(),
        now: batch.now,
    };
    let served = match part.operation {
        TableOperation::GetEntity => entity::get::run(&call),
        TableOperation::QueryEntities => entity::query::run(&call),
        _ => Err(Refusal::invalid_request_input()),
    };
    Ok(served.unwrap_or_else(|refusal| {
        let id = batch.resources.ids.next();
        error::response(&refusal, Some(&part.head), &id, &batch.now.iso8601())
    }))
}
