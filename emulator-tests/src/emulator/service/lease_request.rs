//! The lease request, which is the same for containers, blobs, shares and files.
//! <https://learn.microsoft.com/rest/api/storageservices/lease-blob>

use super::call::Call;
use super::lease::{Lease, LeaseCodes};
use super::operations::Operations;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::head::Head;
use crate::emulator::http::response::Response;

/// Applies `x-ms-lease-action` to a lease.
pub fn act<S: Operations>(
    call: &Call<'_, S>,
    lease: &mut Lease,
    codes: LeaseCodes,
) -> ServiceResult<Response> {
    let head = call.head;
    match head
        .required("x-ms-lease-action")?
        .to_ascii_lowercase()
        .as_str()
    {
        "acquire" => {
            let proposed = proposed(head)?.unwrap_or_else(|| call.resources.ids.next());
            let id = lease.acquire(proposed, duration(head)?, call.now)?;
            Ok(Response::new(201).header("x-ms-lease-id", id))
        }
        "renew" => {
            let id = lease.renew(given(head)?, codes, call.now)?;
            Ok(Response::new(200).header("x-ms-lease-id", id))
        }
        "change" => {
            let proposed =
                proposed(head)?.ok_or_else(|| Refusal::missing_header("x-ms-proposed-lease-id"))?;
            Ok(Response::new(200).header(
                "x-ms-lease-id",
                lease.change(given(head)?, proposed, codes, call.now)?,
            ))
        }
        "release" => {
            lease.release(given(head)?, codes)?;
            Ok(Response::new(200))
        }
        "break" => {
            let left = lease.break_up(break_period(head)?, codes, call.now)?;
            Ok(Response::new(202).header("x-ms-lease-time", left.to_string()))
        }
        other => Err(Refusal::invalid_header("x-ms-lease-action", other)),
    }
}

fn given(head: &Head) -> ServiceResult<&str> {
    let id = head.required("x-ms-lease-id")?;
    if is_guid(id) {
        Ok(id)
    } else {
        Err(Refusal::invalid_header("x-ms-lease-id", id))
    }
}

fn proposed(head: &Head) -> ServiceResult<Option<String>> {
    match head
        .header("x-ms-proposed-lease-id")
        .filter(|id| !id.is_empty())
    {
        Some(id) if is_guid(id) => Ok(Some(id.to_owned())),
        Some(id) => Err(Refusal::invalid_header("x-ms-proposed-lease-id", id)),
        None => Ok(None),
    }
}

/// 15 to 60 seconds, or -1 for ever.
fn duration(head: &Head) -> ServiceResult<Option<u64>> {
    let text = head.required("x-ms-lease-duration")?;
    match text.parse::<i64>() {
        Ok(-1) => Ok(None),
        Ok(seconds @ 15..=60) => Ok(Some(seconds as u64)),
        _ => Err(Refusal::invalid_header("x-ms-lease-duration", text)),
    }
}

/// 0 to 60 seconds.
fn break_period(head: &Head) -> ServiceResult<Option<u64>> {
    match head.number("x-ms-lease-break-period")? {
        Some(seconds) if seconds > 60 => Err(Refusal::invalid_header(
            "x-ms-lease-break-period",
            &seconds.to_string(),
        )),
        period => Ok(period),
    }
}

/// Eight, four, four, four and twelve hexadecimal digits, with hyphens or without, in braces or
/// without.
fn is_guid(text: &str) -> bool {
    let bare = text.trim_matches(['{', '}', '(', ')']);
    let digits = bare.bytes().filter(|byte| *byte != b'-');
    digits.clone().count() == 32 && digits.clone().all(|byte| byte.is_ascii_hexdigit())
}
