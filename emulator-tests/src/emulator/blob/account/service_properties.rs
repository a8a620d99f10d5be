//! Get and Set Blob Service Properties. CORS rules and the deletion policy act.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::public_access::PublicAccess;
use crate::emulator::blob::storage::ContainerState;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::xml;
use crate::emulator::xml::Writer;

/// The container of a static website. The service creates it; the website has another endpoint,
/// which the emulator does not serve.
const WEBSITE: &str = "$web";
const DOCUMENT_BYTES_MAX: u64 = 256 << 10;

/// Returns all sections.
pub fn get(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let mut xml = Writer::new();
    call.storage.service_properties().lock().write(&mut xml);
    Ok(Response::xml(xml))
}

/// Replaces the sections that the document names.
pub fn set(call: &BlobCall<'_>, body: &mut Body<'_>) -> ServiceResult<Response> {
    let leaves = xml::read_leaves(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    call.storage.set_service_properties(leaves)?;
    let has_website = call.storage.service_properties().lock().has_website();
    if has_website && call.storage.find(WEBSITE).is_none() {
        let made = ContainerState::new(Vec::new(), PublicAccess::Private, call.now);
        call.storage.create(WEBSITE, made, call.now)?;
    }
    Ok(Response::new(202))
}
