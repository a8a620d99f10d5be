//! List Containers. <https://learn.microsoft.com/rest/api/storageservices/list-containers2>

use std::sync::Arc;

use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::encryption;
use crate::emulator::blob::state::Deletion;
use crate::emulator::blob::storage::{BlobContainer, DeletedContainer};
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
    let (page, next) = if listing::includes(query, "deleted") {
        page_with_deleted(call, prefix, &start, max)
    } else {
        let (page, next) = call.storage.list(prefix, &start, max);
        let entry = |(name, container)| (name, None, container);
        (page.into_iter().map(entry).collect(), next)
    };
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[("ServiceEndpoint", &call.endpoint())],
    );
    xml.leaf_some("Prefix", query.filled("prefix"));
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    xml.open("Containers", &[]);
    let late = |(_, _, container): &&ContainerEntry| {
        call.address.secondary && call.is_ahead_of_secondary(container.lock().properties.created)
    };
    for entry in page.iter().filter(|entry| !late(entry)) {
        write(&mut xml, entry, listing::includes(query, "metadata"), call);
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

/// A container with its name; a deleted one also with its version.
type ContainerEntry = (String, Option<(String, Deletion)>, Arc<BlobContainer>);

/// One page of containers and deleted containers, and the key where the next page begins.
fn page_with_deleted(
    call: &BlobCall<'_>,
    prefix: &str,
    start: &str,
    max: usize,
) -> (Vec<ContainerEntry>, Option<String>) {
    let (present, _) = call.storage.list(prefix, "", usize::MAX);
    let present = present.into_iter();
    let present = present.map(|(name, container)| (name, None, container));
    let deleted = call.storage.restorable(prefix, call.now).into_iter();
    let deleted = deleted.map(|(name, version, deleted)| {
        let DeletedContainer {
            container,
            deletion,
        } = deleted;
        (name, Some((version, deletion)), container)
    });
    let mut entries: Vec<ContainerEntry> = deleted.chain(present).collect();
    let key = |(name, deleted, _): &ContainerEntry| {
        let version = deleted.as_ref().map_or("~", |(version, _)| version);
        format!("{name}\0{version}")
    };
    entries.sort_by_key(key);
    entries.retain(|entry| key(entry).as_str() >= start);
    let next = entries.get(max).map(key);
    entries.truncate(max);
    (entries, next)
}

fn write(
    xml: &mut Writer,
    (name, deleted, container): &ContainerEntry,
    metadata: bool,
    call: &BlobCall<'_>,
) {
    let state = container.lock();
    let properties = &state.properties;
    xml.open("Container", &[])
        .leaf("Name", name)
        .leaf_some(
            "Version",
            deleted.as_ref().map(|(version, _)| version.as_str()),
        )
        .leaf_some("Deleted", deleted.as_ref().map(|_| "true"))
        .open("Properties", &[]);
    xml.leaf("Last-Modified", &properties.last_modified.rfc1123());
    xml.leaf("Etag", &properties.etag.to_string());
    if deleted.is_none() {
        let lease = properties.lease.state(call.now);
        xml.leaf("LeaseStatus", lease.status())
            .leaf("LeaseState", lease.name());
        xml.leaf_some("LeaseDuration", properties.lease.duration(call.now));
    }
    xml.leaf_some("PublicAccess", properties.public_access.header());
    if call.version.since(2019, 7, 7) {
        let scope = properties.default_scope.as_deref();
        xml.leaf(
            "DefaultEncryptionScope",
            scope.unwrap_or(encryption::ACCOUNT_SCOPE),
        )
        .leaf(
            "DenyEncryptionScopeOverride",
            &properties.denies_other_scopes.to_string(),
        );
    }
    if call.version.since(2017, 11, 9) {
        xml.leaf("HasImmutabilityPolicy", "false")
            .leaf("HasLegalHold", "false");
    }
    if let Some((_, deletion)) = deleted {
        xml.leaf("DeletedTime", &deletion.at.rfc1123());
        xml.leaf(
            "RemainingRetentionDays",
            &deletion.remaining_days(call.now).to_string(),
        );
    }
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
