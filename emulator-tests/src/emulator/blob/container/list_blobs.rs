//! List Blobs, flat or with a delimiter.
//! <https://learn.microsoft.com/rest/api/storageservices/list-blobs>

use super::page::{Entry, page};
use crate::emulator::behaviour::CopyBehaviour;
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::container::page::ListingFilter;
use crate::emulator::blob::error::CONTAINER_LEASE;
use crate::emulator::blob::object::tags;
use crate::emulator::blob::start_from::start_from;
use crate::emulator::blob::state::{Blob, Content};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::version::ApiVersion;
use crate::emulator::xml::Writer;
use crate::emulator::{continuation, xml};

const INCLUDES: [&str; 10] = [
    "snapshots",
    "metadata",
    "uncommittedblobs",
    "copy",
    "deleted",
    "tags",
    "versions",
    "deletedwithversions",
    "immutabilitypolicy",
    "legalhold",
];

/// What `include` asks for beyond names and properties.
struct Details {
    metadata: bool,
    copy: bool,
    tags: bool,
}

/// Returns one page.
pub fn run(call: &BlobCall<'_>) -> ServiceResult<Response> {
    let query = call.query;
    let start = continuation::start(query)?;
    let start_from = start_from(call)?;
    check_includes(query.or_empty("include"))?;
    let wanted = ListingFilter {
        prefix: query.or_empty("prefix"),
        start_from,
        delimiter: query.or_empty("delimiter"),
        snapshots: listing::includes(query, "snapshots"),
        uncommitted: listing::includes(query, "uncommittedblobs"),
    };
    if wanted.snapshots && !wanted.delimiter.is_empty() {
        return Err(Refusal::invalid_query(
            "include",
            "snapshots",
            "snapshots cannot be listed with a delimiter",
        ));
    }
    let max = listing::entries_max(call, listing::page_size(query)?);
    let container = call.container()?;
    let mut state = container.enter()?;
    state
        .properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    if call.behaviour.copy != CopyBehaviour::default() {
        for blob in state
            .blobs
            .values_mut()
            .filter_map(|slot| slot.base.as_mut())
        {
            blob.advance(call.now, false);
        }
    }
    let (entries, next) = page(&state.blobs, &wanted, &start, max);
    let details = Details {
        metadata: listing::includes(query, "metadata"),
        copy: listing::includes(query, "copy"),
        tags: listing::includes(query, "tags"),
    };
    let mut xml = Writer::new();
    let container_name = call.target.container();
    xml.open(
        "EnumerationResults",
        &[
            ("ServiceEndpoint", &call.endpoint()),
            ("ContainerName", container_name),
        ],
    );
    xml.leaf_some("Prefix", query.filled("prefix"));
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    xml.leaf_some("Delimiter", query.filled("delimiter"));
    xml.open("Blobs", &[]);
    for entry in &entries {
        let late = |blob: &Blob| call.address.secondary && call.is_ahead_of_secondary(blob.written);
        match entry {
            Entry::Blob(_, blob) | Entry::Snapshot(_, _, blob) if late(blob) => {}
            entry => write(&mut xml, entry, &details, call),
        }
    }
    xml.close("Blobs");
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

fn check_includes(text: &str) -> ServiceResult<()> {
    let unknown =
        |word: &&str| !word.is_empty() && !INCLUDES.contains(&word.to_ascii_lowercase().as_str());
    match text.split(',').map(str::trim).find(unknown) {
        Some(word) => Err(Refusal::invalid_query(
            "include",
            word,
            "not something that a listing can include",
        )),
        None => Ok(()),
    }
}

fn write(xml: &mut Writer, entry: &Entry<'_>, details: &Details, call: &BlobCall<'_>) {
    match entry {
        Entry::Prefix(prefix) => {
            xml.open("BlobPrefix", &[]);
            write_name(xml, prefix);
            xml.close("BlobPrefix");
        }
        Entry::Uncommitted(name) => {
            xml.open("Blob", &[]);
            write_name(xml, name);
            xml.open("Properties", &[])
                .leaf("Content-Length", "0")
                .leaf("BlobType", "BlockBlob");
            xml.close("Properties").close("Blob");
        }
        Entry::Blob(name, blob) => write_blob(xml, name, None, blob, details, call),
        Entry::Snapshot(name, time, blob) => write_blob(xml, name, Some(time), blob, details, call),
    }
}

fn write_blob(
    xml: &mut Writer,
    name: &str,
    snapshot: Option<&str>,
    blob: &Blob,
    details: &Details,
    call: &BlobCall<'_>,
) {
    xml.open("Blob", &[]);
    write_name(xml, name);
    xml.leaf_some("Snapshot", snapshot);
    xml.open("Properties", &[]);
    write_properties(xml, blob, call.version);
    if snapshot.is_none() {
        let state = blob.lease.state(call.now);
        xml.leaf("LeaseStatus", state.status())
            .leaf("LeaseState", state.name());
        xml.leaf_some("LeaseDuration", blob.lease.duration(call.now));
    }
    if details.copy {
        write_copy(xml, blob);
    }
    xml.leaf("ServerEncrypted", "true").close("Properties");
    if details.metadata && !blob.metadata.is_empty() {
        xml.open("Metadata", &[]);
        for (key, value) in &blob.metadata {
            xml.leaf(key, value);
        }
        xml.close("Metadata");
    }
    if details.tags && !blob.tags.is_empty() {
        xml.open("Tags", &[]);
        tags::write(xml, &blob.tags);
        xml.close("Tags");
    }
    xml.close("Blob");
}

/// Writes a name. One that XML cannot contain is percent-encoded and marked.
fn write_name(out: &mut Writer, name: &str) {
    if xml::can_carry(name) {
        out.leaf("Name", name);
        return;
    }
    let encoded =
        percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC).to_string();
    out.open("Name", &[("Encoded", "true")])
        .text(&encoded)
        .close("Name");
}

fn write_properties(xml: &mut Writer, blob: &Blob, version: ApiVersion) {
    let properties = &blob.properties;
    xml.leaf("Creation-Time", &blob.created.rfc1123());
    xml.leaf("Last-Modified", &blob.last_modified.rfc1123());
    xml.leaf("Etag", &blob.etag.bare());
    xml.leaf("Content-Length", &blob.content.length().to_string());
    xml.leaf("Content-Type", &properties.content_type);
    xml.leaf("Content-Encoding", &properties.content_encoding);
    xml.leaf("Content-Language", &properties.content_language);
    if version.since(2019, 2, 2) {
        xml.leaf("Content-CRC64", "");
    }
    xml.leaf("Content-MD5", &properties.content_md5);
    xml.leaf("Cache-Control", &properties.cache_control);
    xml.leaf("Content-Disposition", &properties.content_disposition);
    if let Content::Page(pages) = &blob.content {
        xml.leaf("x-ms-blob-sequence-number", &pages.sequence.to_string());
    }
    xml.leaf("BlobType", blob.content.type_name());
    if let Some(tier) = blob.tier.tier {
        xml.leaf("AccessTier", tier.name());
        xml.leaf_some("AccessTierInferred", blob.tier.inferred.then_some("true"));
        xml.leaf_some(
            "AccessTierChangeTime",
            blob.tier.changed.map(Moment::rfc1123).as_deref(),
        );
        xml.leaf_some("ArchiveStatus", blob.tier.archive_status().as_deref());
    }
    xml.leaf_some("Sealed", blob.sealed.then_some("true"));
    if !blob.tags.is_empty() {
        xml.leaf("TagCount", &blob.tags.len().to_string());
    }
}

fn write_copy(xml: &mut Writer, blob: &Blob) {
    let Some(copy) = &blob.copy else { return };
    xml.leaf("CopyId", &copy.id)
        .leaf("CopySource", &copy.source)
        .leaf("CopyStatus", copy.status.name());
    xml.leaf("CopyProgress", &copy.progress());
    xml.leaf_some(
        "CopyCompletionTime",
        copy.completed.map(Moment::rfc1123).as_deref(),
    );
    xml.leaf_some("CopyStatusDescription", copy.description.as_deref());
}
