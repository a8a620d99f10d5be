//! List Containers. <https://learn.microsoft.com/rest/api/storageservices/list-containers2>

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::state::BlobContainer;
use crate::emulator::continuation;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::xml::Writer;

/// Returns one page.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let query = call.query;
    let prefix = query.or_empty("prefix");
    let max = listing::page_size(query)?;
    let start = continuation::start(query)?;
    let (page, next) = call.storage.list(prefix, &start, max);
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[("ServiceEndpoint", &call.endpoint())],
    );
    xml.leaf_some("Prefix", query.filled("prefix"));
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    xml.open("Containers", &[]);
    for (name, container) in &page {
        write(
            &mut xml,
            name,
            container,
            listing::includes(query, "metadata"),
            call,
        );
    }
    xml.close("Containers");
    xml.leaf(
        "NextMarker",
        &next
            .as_deref()
            .map(continuation::marker)
            .unwrap_or_default(),
    );
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}

fn write(
    xml: &mut Writer,
    name: &str,
    container: &BlobContainer,
    metadata: bool,
    call: &BlobCall<'_>,
) {
    let state = container.lock();
    let properties = &state.properties;
    xml.open("Container", &[])
        .leaf("Name", name)
        .open("Properties", &[]);
    xml.leaf("Last-Modified", &properties.last_modified.rfc1123());
    xml.leaf("Etag", &properties.etag.to_string());
    let lease = properties.lease.state(call.now);
    xml.leaf("LeaseStatus", lease.status())
        .leaf("LeaseState", lease.name());
    xml.leaf_some("LeaseDuration", properties.lease.duration(call.now));
    xml.leaf_some("PublicAccess", properties.public_access.header());
    if call.version.since(2019, 7, 7) {
        xml.leaf("DefaultEncryptionScope", "$account-encryption-key")
            .leaf("DenyEncryptionScopeOverride", "false");
    }
    xml.leaf("HasImmutabilityPolicy", "false")
        .leaf("HasLegalHold", "false");
    xml.close("Properties");
    if metadata && !properties.metadata.is_empty() {
        xml.open("Metadata", &[]);
        for (key, value) in &properties.metadata {
            xml.leaf(key, value);
        }
        xml.close("Metadata");
    }
    xml.close("Container");
}
