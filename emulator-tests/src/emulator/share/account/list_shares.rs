//! List Shares. <https://learn.microsoft.com/rest/api/storageservices/list-shares>

use crate::emulator::clock::Moment;
use crate::emulator::continuation;
use crate::emulator::error::ServiceResult;
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::share::call::ShareCall;
use crate::emulator::share::state::ShareProperties;
use crate::emulator::xml::Writer;

/// Comes after all snapshots of a share in markers, as in those of the service.
const NO_SNAPSHOT: &str = "9999-12-31T23:59:59.9999999Z";

/// A share or a snapshot of one.
struct ListedShare {
    name: String,
    snapshot: Option<String>,
    properties: ShareProperties,
}

/// Returns one page.
pub fn run(call: &ShareCall<'_>) -> ServiceResult<Response> {
    let query = call.query;
    let prefix = query.or_empty("prefix");
    let max = listing::entries_max(call, listing::page_size(query)?);
    let start = continuation::start(query)?;
    let (from_name, from_snapshot) = start.split_once('\n').unwrap_or((&start, ""));
    let mut entries = Vec::new();
    for (name, share) in call.storage.list(prefix, from_name) {
        let state = share.lock();
        if listing::includes(query, "snapshots") {
            let snapshots = state.snapshots().iter();
            let later =
                snapshots.filter(|(time, _)| name != from_name || time.as_str() >= from_snapshot);
            entries.extend(later.map(|(time, snapshot)| ListedShare {
                name: name.clone(),
                snapshot: Some(time.clone()),
                properties: snapshot.properties.clone(),
            }));
        }
        let properties = state.properties().clone();
        entries.push(ListedShare {
            name,
            snapshot: None,
            properties,
        });
        if entries.len() > max {
            break;
        }
    }
    let next = entries.get(max).map(|entry| {
        let snapshot = entry.snapshot.as_deref().unwrap_or(NO_SNAPSHOT);
        continuation::marker(&format!("{}\n{snapshot}", entry.name))
    });
    entries.truncate(max);
    Ok(Response::xml(document(call, &entries, next.as_deref())))
}

fn document(call: &ShareCall<'_>, entries: &[ListedShare], next: Option<&str>) -> Writer {
    let query = call.query;
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[("ServiceEndpoint", &call.endpoint())],
    );
    xml.leaf_some("Prefix", query.filled("prefix"));
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    if entries.is_empty() {
        xml.leaf("Shares", "");
    } else {
        xml.open("Shares", &[]);
        for entry in entries {
            write(&mut xml, call, entry);
        }
        xml.close("Shares");
    }
    xml.leaf("NextMarker", next.unwrap_or_default());
    xml.close("EnumerationResults");
    xml
}

fn write(xml: &mut Writer, call: &ShareCall<'_>, entry: &ListedShare) {
    let properties = &entry.properties;
    xml.open("Share", &[]).leaf("Name", &entry.name);
    xml.leaf_some("Snapshot", entry.snapshot.as_deref());
    xml.open("Properties", &[]);
    xml.leaf("Last-Modified", &properties.last_modified.rfc1123());
    xml.leaf("Etag", &properties.etag.to_string());
    xml.leaf("Quota", &properties.quota_gib.to_string());
    if call.version.since(2019, 12, 12) {
        xml.leaf("AccessTier", properties.tier.name());
        let changed = properties.tier_changed.map(Moment::rfc1123);
        xml.leaf_some("AccessTierChangeTime", changed.as_deref());
    }
    if call.version.since(2020, 2, 10) && entry.snapshot.is_none() {
        let lease = properties.lease.state(call.now);
        xml.leaf("LeaseStatus", lease.status())
            .leaf("LeaseState", lease.name());
        xml.leaf_some("LeaseDuration", properties.lease.duration(call.now));
        xml.leaf("EnabledProtocols", "SMB");
    }
    xml.close("Properties");
    if listing::includes(call.query, "metadata") && !properties.metadata.is_empty() {
        xml.open("Metadata", &[]);
        for (key, value) in &properties.metadata {
            xml.leaf(key, value);
        }
        xml.close("Metadata");
    }
    xml.close("Share");
}
