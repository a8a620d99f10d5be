//! Bodies that carry the CRC-64 of their own bytes: those of Put Range and Create File since version
//! 2025-01-05.
//! <https://learn.microsoft.com/rest/api/storageservices/structured-body-format>

use super::call::ShareCall;
use super::operation::ShareOperation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;

/// Says that a body is in the format.
const STRUCTURED_BODY: &str = "x-ms-structured-body";
const CONTENT_LENGTH: &str = "x-ms-structured-content-length";
const WITH_CRC64: &str = "XSM/1.0; properties=crc64";

/// Refuses the header of a call that does not have it.
pub fn check(call: &ShareCall<'_>, operation: ShareOperation) -> ServiceResult<()> {
    let has_it = matches!(
        operation,
        ShareOperation::CreateFile | ShareOperation::PutRange
    );
    if has_it || call.head.header(STRUCTURED_BODY).is_none() {
        Ok(())
    } else {
        Err(Refusal::unsupported_header(STRUCTURED_BODY))
    }
}

/// Opens the body as a message where the request says that it is one. Returns whether it does.
pub fn open(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<bool> {
    let Some(format) = call.head.header(STRUCTURED_BODY) else {
        return Ok(false);
    };
    if format != WITH_CRC64 {
        return Err(Refusal::invalid_header(STRUCTURED_BODY, format));
    }
    let missing = || Refusal::missing_header(CONTENT_LENGTH);
    let data_bytes = call.head.number(CONTENT_LENGTH)?.ok_or_else(missing)?;
    if data_bytes > 0 && body.open_structured(data_bytes, call.resources.verify) {
        return Ok(true);
    }
    let value = data_bytes.to_string();
    Err(Refusal::invalid_header(CONTENT_LENGTH, &value))
}

/// Says that the message was accepted.
pub fn accept(response: Response, is_structured: bool) -> Response {
    if is_structured {
        response.header(STRUCTURED_BODY, WITH_CRC64)
    } else {
        response
    }
}
