//! Find Blobs by Tags. <https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::object::tags;
use crate::emulator::blob::tag_query;
use crate::emulator::continuation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::xml::Writer;

/// Returns one page. Every blob of the account is compared.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let expression = call
        .query
        .filled("where")
        .ok_or_else(|| Refusal::missing_query("where"))?;
    let max = listing::page_size(call.query)?;
    let start = continuation::start(call.query)?;
    let (containers, _) = call.storage.list("", "", usize::MAX);
    let mut found = Vec::new();
    for (container, held) in containers {
        let state = held.lock();
        for (name, slot) in &state.blobs {
            let Some(blob) = slot.base.as_ref().filter(|blob| !blob.tags.is_empty()) else {
                continue;
            };
            let holds = tag_query::holds(expression, &blob.tags);
            if holds.ok_or_else(|| {
                Refusal::invalid_query("where", expression, "not a comparison of tags")
            })? {
                found.push((
                    format!("{container}/{name}"),
                    container.clone(),
                    name.clone(),
                    blob.tags.clone(),
                ));
            }
        }
    }
    let mut page = found.iter().filter(|(key, ..)| *key >= start);
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[("ServiceEndpoint", &call.endpoint())],
    );
    xml.leaf("Where", expression).open("Blobs", &[]);
    for (_, container, name, own) in page.by_ref().take(max) {
        xml.open("Blob", &[])
            .leaf("Name", name)
            .leaf("ContainerName", container)
            .open("Tags", &[]);
        tags::write(&mut xml, own);
        xml.close("Tags").close("Blob");
    }
    xml.close("Blobs");
    xml.leaf(
        "NextMarker",
        &page
            .next()
            .map(|(key, ..)| continuation::marker(key))
            .unwrap_or_default(),
    );
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}
