//! Get and Set Blob Service Properties. Nothing in the emulator acts on them.
//! <https://learn.microsoft.com/rest/api/storageservices/get-blob-service-properties>

use crate::emulator::blob::call::Call;
use crate::emulator::error::Answer;
use crate::emulator::http::body::Body;
use crate::emulator::http::response::Response;
use crate::emulator::xml::{self, Writer};

const DOCUMENT_BYTES_MAX: u64 = 256 << 10;

/// All sections.
pub fn get(call: &Call<'_>) -> Answer<Response> {
    let mut xml = Writer::new();
    call.account.service_properties().write(&mut xml);
    Ok(Response::xml(xml))
}

/// The sections that the document names; the others stay.
pub fn set(call: &Call<'_>, body: &mut Body<'_>) -> Answer<Response> {
    let leaves = xml::read_leaves(&body.read_document(DOCUMENT_BYTES_MAX)?)?;
    call.account.service_properties().merge(leaves)?;
    Ok(Response::new(202))
}
