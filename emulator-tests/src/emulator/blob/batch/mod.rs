//! Blob Batch: up to 256 deletions or tier changes in one request, each authorized and answered by
//! itself. <https://learn.microsoft.com/rest/api/storageservices/blob-batch>
//!
//! `multipart` splits the body and joins the answer; this file serves the parts. An error of the
//! whole batch is answered as the service does: 202 with one part without a `Content-ID`.

mod multipart;

use std::borrow::Cow;

use multipart::{Part, Parts};

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::object::{delete, set_tier};
use crate::emulator::blob::operation::BlobOperation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::head::{Head, ParsedHead};
use crate::emulator::http::payload::Payload;
use crate::emulator::http::response::Response;

const BODY_BYTES_MAX: u64 = 4 << 20;
const PARTS_MAX: usize = 256;

/// Serves each request of the batch.
pub fn run(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let content_type = call.head.required("content-type")?;
    let text = body.read_document(BODY_BYTES_MAX)?;
    let mut answer = Parts::new(&call.resources.ids.next());
    match requests(call, content_type, &text) {
        Ok(requests) => {
            for (id, head) in requests {
                answer.push(Some(&id), &serve(call, &head));
            }
        }
        Err(refusal) => {
            let id = call.resources.ids.next();
            let refused = Response::refused(&refusal, &id, &call.now.iso8601());
            answer.push(None, &refused);
        }
    }
    let mut response = Response::new(202).header("Content-Type", answer.content_type());
    response.payload = Payload::Document(answer.finish());
    Ok(response)
}

fn serve(call: &BlobCall<'_>, head: &Head) -> Response {
    let answer = |operation, one: &BlobCall<'_>| match operation {
        BlobOperation::DeleteBlob | BlobOperation::DeleteBlobVersion => delete::run(one),
        BlobOperation::SetBlobTier => set_tier::run(one),
        _ => Err(invalid()),
    };
    call.service.answer_in_batch(call, head, answer)
}

/// The requests in a batch with their `Content-ID`, all of one kind.
fn requests(
    call: &BlobCall<'_>,
    content_type: &str,
    text: &[u8],
) -> ServiceResult<Vec<(String, Head)>> {
    let boundary = multipart::boundary(content_type)
        .ok_or_else(|| Refusal::invalid_header("Content-Type", content_type))?;
    let parts = multipart::read(text, boundary).ok_or_else(invalid)?;
    if parts.is_empty() {
        return Err(invalid());
    }
    if parts.len() > PARTS_MAX {
        return Err(Refusal::new(
            400,
            "ExceedsMaxBatchRequestCount",
            "The batch operation exceeds maximum number of allowed subrequests.",
        ));
    }
    let requests = parts
        .iter()
        .map(|part| request(call, part))
        .collect::<ServiceResult<Vec<_>>>()?;
    let is_tier = |head: &Head| head.raw_query().contains("comp=tier");
    let first = is_tier(&requests[0].1);
    if requests.iter().any(|(_, head)| is_tier(head) != first) {
        return Err(Refusal::new(
            400,
            "AllBatchSubRequestsShouldBeSameApi",
            "All batch subrequests should be the same api.",
        ));
    }
    Ok(requests)
}

/// One part as a request: its head, with the host of the batch.
fn request(call: &BlobCall<'_>, part: &Part<'_>) -> ServiceResult<(String, Head)> {
    let host = call.head.header_or_empty("host");
    let (line, headers) = part.request.split_once("\r\n").ok_or_else(invalid)?;
    let line = with_account(call, line);
    let text = format!("{line}\r\nHost: {host}\r\n{headers}");
    let ParsedHead::Whole(mut head, _) = Head::parse(text.as_bytes())? else {
        return Err(invalid());
    };
    head.in_batch = true;
    let is_known = matches!(
        (head.method(), head.raw_query().contains("comp=tier")),
        ("DELETE", false) | ("PUT", true)
    );
    let is_inside = call.target.container.as_deref().is_none_or(|container| {
        let mut path = head.raw_path().trim_start_matches('/').split('/');
        if call.address.path_style {
            path.next();
        }
        path.next() == Some(container)
    });
    if !is_known || !is_inside {
        return Err(invalid());
    }
    Ok((part.id.to_owned(), head))
}

/// The request line with the account in its path. Clients of a server without host names per account
/// write the path with it (Azure's SDKs) or without it (`object_store`).
fn with_account<'l>(call: &BlobCall<'_>, line: &'l str) -> Cow<'l, str> {
    let account = &call.address.account;
    match line.split_once(" /") {
        Some((method, path))
            if call.address.path_style && path.split('/').next() != Some(account) =>
        {
            format!("{method} /{account}/{path}").into()
        }
        _ => line.into(),
    }
}

fn invalid() -> Refusal {
    Refusal::invalid_input("One of the request inputs is not valid.")
}
