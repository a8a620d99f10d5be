//! List Blobs, flat or with a delimiter.
//! <https://learn.microsoft.com/rest/api/storageservices/list-blobs>

use super::folder_page::folder_page;
use super::page::{Entry, page};
use crate::emulator::blob::call::BlobCall;
use crate::emulator::blob::container::page::ListingFilter;
use crate::emulator::blob::error::CONTAINER_LEASE;
use crate::emulator::blob::object::tags;
use crate::emulator::blob::start_from::start_from;
use crate::emulator::blob::state::{Blob, Content, Encryption};
use crate::emulator::blob::{headers, hierarchy};
use crate::emulator::clock::Moment;
use crate::emulator::continuation;
use crate::emulator::digest;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::http::response::Response;
use crate::emulator::service::listing;
use crate::emulator::xml::Writer;

const INCLUDES: [&str; 11] = [
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
    // Only accounts with folders have any.
    "permissions",
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
        versions: listing::includes(query, "versions"),
        deleted: listing::includes(query, "deleted").then_some(call.now),
        versions_only: listing::includes(query, "deletedwithversions"),
    };
    if wanted.snapshots && !wanted.delimiter.is_empty() {
        return Err(Refusal::invalid_query(
            "include",
            "snapshots",
            "snapshots cannot be listed with a delimiter",
        ));
    }
    if call.account.is_hierarchical && !["", "/"].contains(&wanted.delimiter) {
        return Err(Refusal::invalid_query(
            "delimiter",
            wanted.delimiter,
            "only / for an account with a hierarchical namespace",
        ));
    }
    let page = if call.account.is_hierarchical {
        folder_page
    } else {
        page
    };
    let max = listing::entries_max(call, listing::page_size(query)?);
    let container = call.container()?;
    let mut state = container.enter()?;
    state
        .properties
        .lease
        .check_given(call.lease_id(), CONTAINER_LEASE, call.now)?;
    let first = page(&state.blobs, &wanted, &start, max);
    let names = in_progress(&first.0);
    let (entries, next) = if names.is_empty() {
        first
    } else {
        drop(first);
        for name in &names {
            state.advance(name, call.now, false);
        }
        page(&state.blobs, &wanted, &start, max)
    };
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
        if !entry.blob().is_some_and(late) {
            write(&mut xml, entry, &details, call);
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

/// The names of the blobs whose copy or rehydration may be complete by now.
fn in_progress(entries: &[Entry<'_>]) -> Vec<String> {
    let names = entries.iter().filter_map(|entry| match entry {
        Entry::Blob(name, blob) if blob.is_in_progress() => Some((*name).to_owned()),
        _ => None,
    });
    names.collect()
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
            xml.name_leaf("Name", prefix);
            xml.close("BlobPrefix");
        }
        Entry::Uncommitted(name) => {
            xml.open("Blob", &[]);
            xml.name_leaf("Name", name);
            xml.open("Properties", &[])
                .leaf("Content-Length", "0")
                .leaf("BlobType", "BlockBlob");
            if headers::has_tier(call.version, false) {
                xml.leaf("AccessTier", "Hot")
                    .leaf("AccessTierInferred", "true");
            }
            xml.leaf("LeaseStatus", "unlocked")
                .leaf("LeaseState", "available");
            if call.version.since(2015, 12, 11) {
                xml.leaf("ServerEncrypted", "false");
            }
            xml.close("Properties").close("Blob");
        }
        Entry::Directory(name, blob) => {
            xml.open("BlobPrefix", &[]);
            xml.name_leaf("Name", &format!("{name}/"));
            xml.open("Properties", &[]);
            write_properties(xml, blob, false, call);
            xml.close("Properties").close("BlobPrefix");
        }
        entry => {
            if let Some(blob) = entry.blob() {
                write_blob(xml, entry, blob, details, call);
            }
        }
    }
}

fn write_blob(
    xml: &mut Writer,
    entry: &Entry<'_>,
    blob: &Blob,
    details: &Details,
    call: &BlobCall<'_>,
) {
    xml.open("Blob", &[]);
    xml.name_leaf("Name", entry.name());
    xml.leaf_some("Snapshot", entry.snapshot());
    if let Some(id) = blob.version_id {
        xml.leaf("VersionId", &id.iso8601());
        xml.leaf_some(
            "IsCurrentVersion",
            matches!(entry, Entry::Blob(..)).then_some("true"),
        );
    }
    xml.leaf_some(
        "HasVersionsOnly",
        matches!(entry, Entry::VersionsOnly(..)).then_some("true"),
    );
    xml.leaf_some("Deleted", entry.deletion().map(|_| "true"));
    xml.open("Properties", &[]);
    let is_snapshot = entry.snapshot().is_some();
    write_properties(xml, blob, is_snapshot, call);
    match entry {
        Entry::Blob(..) => {
            let state = blob.lease.state(call.now);
            xml.leaf("LeaseStatus", state.status())
                .leaf("LeaseState", state.name());
            xml.leaf_some("LeaseDuration", blob.lease.duration(call.now));
        }
        // The service writes the element without a text.
        Entry::Deleted(_, None, ..) if blob.version_id.is_none() => {
            xml.leaf("LeaseStatus", "");
        }
        _ => {}
    }
    if details.copy {
        write_copy(xml, blob);
    }
    if call.version.since(2015, 12, 11) {
        xml.leaf("ServerEncrypted", "true");
    }
    match &blob.encryption {
        Encryption::Account => {}
        Encryption::CustomerKey(hash) => {
            xml.leaf("CustomerProvidedKeySha256", &digest::to_base64(hash));
        }
        Encryption::Scope(scope) => {
            xml.leaf("EncryptionScope", scope);
        }
    }
    if let Some(deletion) = entry.deletion() {
        xml.leaf("DeletedTime", &deletion.at.rfc1123());
        xml.leaf(
            "RemainingRetentionDays",
            &deletion.remaining_days(call.now).to_string(),
        );
    }
    xml.close("Properties");
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

fn write_properties(xml: &mut Writer, blob: &Blob, is_snapshot: bool, call: &BlobCall<'_>) {
    let version = call.version;
    let properties = &blob.properties;
    if version.since(2017, 11, 9) {
        xml.leaf("Creation-Time", &blob.created.rfc1123());
    }
    xml.leaf("Last-Modified", &blob.last_modified.rfc1123());
    xml.leaf("Etag", &blob.etag.bare());
    xml.leaf_some("ResourceType", hierarchy::resource_type(call, blob));
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
    if let Some(tier) = blob.tier.tier
        && headers::has_tier(version, is_snapshot)
    {
        xml.leaf("AccessTier", tier.name());
        xml.leaf_some("AccessTierInferred", blob.tier.inferred.then_some("true"));
        xml.leaf_some("ArchiveStatus", blob.tier.archive_status().as_deref());
        xml.leaf_some(
            "AccessTierChangeTime",
            blob.tier.changed.map(Moment::rfc1123).as_deref(),
        );
        if version.since(2019, 12, 12) {
            xml.leaf_some("RehydratePriority", blob.tier.rehydrate_priority());
        }
    }
    xml.leaf_some("Sealed", blob.sealed.then_some("true"));
    if !blob.tags.is_empty() && version.since(2019, 12, 12) {
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
