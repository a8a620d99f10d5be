//! One request of a batch. Its address is absolute, or relative to the server.

use super::multipart;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::address::Address;
use crate::emulator::http::head::{Head, ParsedHead};
use crate::emulator::http::query::Query;
use crate::emulator::service::Operations as _;
use crate::emulator::table::call::TableCall;
use crate::emulator::table::operation::TableOperation;
use crate::emulator::table::operations::TableOperations;
use crate::emulator::table::target::TableTarget;

/// A request of a batch.
pub(super) struct PartRequest<'p> {
    /// Method, address and headers, with the host of the batch.
    pub(super) head: Head,
    /// The decoded query.
    pub(super) query: Query,
    /// What the address names.
    pub(super) target: TableTarget,
    /// The call.
    pub(super) operation: TableOperation,
    /// The body.
    pub(super) body: &'p [u8],
}

impl<'p> PartRequest<'p> {
    /// Reads a part: its own headers, and the request that is its content.
    pub(super) fn read(batch: &TableCall<'_>, part: &'p str) -> ServiceResult<Self> {
        let (_, request) = multipart::head_and_content(part);
        let (request_head, body) = multipart::head_and_content(request);
        let mut lines = request_head.lines();
        let line = lines.next().ok_or_else(Refusal::invalid_request_input)?;
        let mut text = request_line(batch, line).ok_or_else(Refusal::invalid_request_input)?;
        text.push_str("\r\nHost: ");
        text.push_str(batch.head.header_or_empty("host"));
        for header in lines {
            let name = header.split(':').next().unwrap_or_default();
            if !name.trim().eq_ignore_ascii_case("host") {
                text.push_str("\r\n");
                text.push_str(header);
            }
        }
        text.push_str("\r\n\r\n");
        let Ok(ParsedHead::Whole(mut head, _)) = Head::parse(text.as_bytes()) else {
            return Err(Refusal::invalid_request_input());
        };
        head.in_batch = true;
        head.faults = batch.head.faults;
        let address = Address::of(&head, TableOperations::NAMES.label)?;
        if address.account != batch.address.account {
            return Err(Refusal::invalid_request_input());
        }
        let query = Query::parse(head.raw_query());
        let mut target = TableTarget::of(&address.path, &query)?;
        target.sas_table.clone_from(&batch.target.sas_table);
        let operation = TableOperation::of(&head, &query, &target)?;
        Ok(Self {
            head,
            query,
            target,
            operation,
            body: body.as_bytes(),
        })
    }
}

/// `METHOD /path HTTP/1.1`, with the account in the path if that of the batch has it.
fn request_line(batch: &TableCall<'_>, line: &str) -> Option<String> {
    let (method, rest) = line.trim().split_once(' ')?;
    let address = rest
        .rsplit_once(" HTTP/")
        .map_or(rest, |(address, _)| address)
        .trim();
    let path = match address.split_once("://") {
        Some((_, behind)) if !address.starts_with('/') => {
            behind.split_once('/').map_or("", |(_, path)| path)
        }
        _ => address.trim_start_matches('/'),
    };
    let account = &batch.address.account;
    let named = path.split('/').next().unwrap_or_default();
    let is_named = named == account || named.strip_suffix("-secondary") == Some(account);
    let prefix = if batch.address.path_style && !is_named {
        format!("{account}/")
    } else {
        String::new()
    };
    Some(format!("{method} /{prefix}{path} HTTP/1.1"))
}
