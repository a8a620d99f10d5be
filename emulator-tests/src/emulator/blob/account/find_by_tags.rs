//! Find Blobs by Tags, in an account or in one container.
//! <https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags>,
//! <https://learn.microsoft.com/rest/api/storageservices/find-blobs-by-tags-container>

use std::collections::BTreeMap;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::object::tags;
use crate::emulator::blob::tag_expression::{ExpressionError, ExpressionUse, TagExpression};
use crate::emulator::continuation;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::xml::Writer;

/// A blob that was found: where, and the tags that were compared.
struct FoundBlob {
    container: String,
    name: String,
    tags: BTreeMap<String, String>,
}

/// Returns one page. Every blob of the account or the container is compared.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let text = call.query.filled("where");
    let text = text.ok_or_else(|| Refusal::missing_query("where"))?;
    let expression =
        TagExpression::parse(text, ExpressionUse::Search).map_err(|error| refused(&error, text))?;
    let max = listing::page_size(call.query)?;
    let start = continuation::start(call.query)?;
    let found = find(call, &expression)?;
    let mut page = found.iter().filter(|blob| blob.key() >= start);
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[("ServiceEndpoint", &call.endpoint())],
    );
    xml.leaf("Where", text).open("Blobs", &[]);
    for blob in page.by_ref().take(max) {
        xml.open("Blob", &[])
            .leaf("Name", &blob.name)
            .leaf("ContainerName", &blob.container)
            .open("Tags", &[]);
        tags::write(&mut xml, &blob.tags);
        xml.close("Tags").close("Blob");
    }
    xml.close("Blobs");
    let next = page.next().map(|blob| continuation::marker(&blob.key()));
    xml.leaf("NextMarker", &next.unwrap_or_default());
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}

/// The blobs for which the expression holds. Snapshots and versions are not searched.
fn find(call: &BlobCall<'_>, expression: &TagExpression) -> ServiceResult<Vec<FoundBlob>> {
    let containers = match &call.target.container {
        Some(name) => vec![(name.clone(), call.container()?)],
        None => call.storage.list("", "", usize::MAX).0,
    };
    let keys = expression.keys();
    let mut found = Vec::new();
    for (container, held) in containers {
        let state = held.lock();
        for (name, slot) in &state.blobs {
            let Some(blob) = slot.base.as_ref().filter(|blob| !blob.tags.is_empty()) else {
                continue;
            };
            if !expression.holds(&blob.tags, &container) {
                continue;
            }
            let compared = blob
                .tags
                .iter()
                .filter(|(key, _)| keys.contains(&key.as_str()));
            found.push(FoundBlob {
                container: container.clone(),
                name: name.clone(),
                tags: compared
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
            });
        }
    }
    Ok(found)
}

impl FoundBlob {
    fn key(&self) -> String {
        format!("{}/{}", self.container, self.name)
    }
}

/// The refusal names the place of the mistake in its message, as the service's does.
fn refused(error: &ExpressionError, text: &str) -> Refusal {
    let message = match error.position {
        Some(position) => format!(
            "Error parsing query at or near character position {position}: {}",
            error.reason
        ),
        None => format!("Error parsing query: {}", error.reason),
    };
    Refusal::new(400, "InvalidQueryParameterValue", message)
        .with("QueryParameterName", "where")
        .with("QueryParameterValue", text)
}
