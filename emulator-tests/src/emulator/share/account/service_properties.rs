//! Get and Set File Service Properties.
//! <https://learn.microsoft.com/rest/api/storageservices/get-file-service-properties>

use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::share::call::ShareCall;
use crate::emulator::xml;
use crate::emulator::xml::Writer;

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;

/// Returns all sections.
pub fn get(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let mut xml = Writer::new();
    call.storage.service_properties().lock().write(&mut xml);
    Ok(Response::xml(xml))
}

/// Replaces the sections that the document names.
pub fn set(call: &ShareCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let leaves = xml::read_leaves(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    call.storage.set_service_properties(leaves)?;
    Ok(Response::new(202))
}
