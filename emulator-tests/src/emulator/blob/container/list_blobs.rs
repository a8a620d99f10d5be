//! List Blobs, flat or with a delimiter. <https://learn.microsoft.com/rest/api/storageservices/list-blobs>

use std::collections::BTreeMap;
use std::ops::Bound;

use super::super::super::error::Answer;
use super::super::super::http::response::Response;
use super::super::super::xml::{self, Writer};
use super::super::call::Call;
use super::super::listing;
use super::super::state::{Blob, Slot};

/// One line of a listing.
enum Entry<'a> {
    Blob(&'a str, &'a Blob),
    Uncommitted(&'a str),
    Prefix(&'a str),
}

/// What a listing is asked to show.
struct Wanted<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    uncommitted: bool,
}

/// Serves one page.
pub fn run(call: &Call<'_>) -> Answer<Response> {
    let query = call.query;
    let max = listing::page_size(query)?;
    let start = listing::start(query)?;
    let wanted = Wanted {
        prefix: query.or_empty("prefix"),
        delimiter: query.or_empty("delimiter"),
        uncommitted: listing::includes(query, "uncommittedblobs"),
    };
    let container = call.container()?;
    let state = container.lock();
    let (entries, next) = page(&state.blobs, &wanted, &start, max);
    let mut xml = Writer::new();
    xml.open(
        "EnumerationResults",
        &[
            ("ServiceEndpoint", &call.endpoint()),
            ("ContainerName", call.target.container()),
        ],
    );
    xml.leaf_some("Prefix", query.filled("prefix"));
    xml.leaf_some("Marker", query.filled("marker"));
    xml.leaf_some("MaxResults", query.filled("maxresults"));
    xml.leaf_some("Delimiter", query.filled("delimiter"));
    xml.open("Blobs", &[]);
    for entry in &entries {
        write(&mut xml, entry, listing::includes(query, "metadata"));
    }
    xml.close("Blobs");
    xml.leaf(
        "NextMarker",
        &next.as_deref().map(listing::marker).unwrap_or_default(),
    );
    xml.close("EnumerationResults");
    Ok(Response::xml(xml))
}

/// Up to `max` entries from `start` on, and the name at which the next page begins.
fn page<'a>(
    blobs: &'a BTreeMap<String, Slot>,
    wanted: &Wanted<'_>,
    start: &str,
    max: usize,
) -> (Vec<Entry<'a>>, Option<String>) {
    let mut entries = Vec::new();
    let mut from = Bound::Included(start.max(wanted.prefix).to_owned());
    // Each turn looks at one name or jumps over one common prefix.
    loop {
        let mut ahead = blobs.range::<String, _>((from.as_ref(), Bound::Unbounded));
        let Some((name, entry)) =
            ahead.find_map(|(name, slot)| Some((name, entry(name, slot, wanted)?)))
        else {
            return (entries, None);
        };
        if !name.starts_with(wanted.prefix) {
            return (entries, None);
        }
        if entries.len() == max {
            return (entries, Some(name.clone()));
        }
        from = match entry {
            // Every name with this prefix sorts before the prefix followed by the last character there is.
            Entry::Prefix(prefix) => Bound::Excluded(format!("{prefix}\u{10ffff}")),
            _ => Bound::Excluded(name.clone()),
        };
        entries.push(entry);
    }
}

/// What a name shows as, if it shows at all.
fn entry<'a>(name: &'a str, slot: &'a Slot, wanted: &Wanted<'_>) -> Option<Entry<'a>> {
    let shown = match &slot.base {
        Some(blob) => Entry::Blob(name, blob),
        None if wanted.uncommitted && slot.staged.is_some() => Entry::Uncommitted(name),
        None => return None,
    };
    let rest = name.strip_prefix(wanted.prefix)?;
    if wanted.delimiter.is_empty() {
        return Some(shown);
    }
    Some(match rest.find(wanted.delimiter) {
        Some(at) => Entry::Prefix(&name[..wanted.prefix.len() + at + wanted.delimiter.len()]),
        None => shown,
    })
}

fn write(xml: &mut Writer, entry: &Entry<'_>, metadata: bool) {
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
        Entry::Blob(name, blob) => {
            xml.open("Blob", &[]);
            write_name(xml, name);
            write_properties(xml, blob);
            if metadata && !blob.metadata.is_empty() {
                xml.open("Metadata", &[]);
                for (key, value) in &blob.metadata {
                    xml.leaf(key, value);
                }
                xml.close("Metadata");
            }
            xml.close("Blob");
        }
    }
}

/// Names that XML cannot carry are percent-encoded and marked.
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

fn write_properties(xml: &mut Writer, blob: &Blob) {
    let properties = &blob.properties;
    xml.open("Properties", &[]);
    xml.leaf("Creation-Time", &blob.created.rfc1123());
    xml.leaf("Last-Modified", &blob.last_modified.rfc1123());
    xml.leaf("Etag", &blob.etag.bare());
    xml.leaf("Content-Length", &blob.content.length().to_string());
    xml.leaf("Content-Type", &properties.content_type);
    xml.leaf("Content-Encoding", &properties.content_encoding);
    xml.leaf("Content-Language", &properties.content_language);
    xml.leaf("Content-CRC64", "");
    xml.leaf("Content-MD5", &properties.content_md5);
    xml.leaf("Cache-Control", &properties.cache_control);
    xml.leaf("Content-Disposition", &properties.content_disposition);
    xml.leaf("BlobType", blob.content.type_name());
    xml.leaf("LeaseStatus", "unlocked")
        .leaf("LeaseState", "available");
    xml.leaf("ServerEncrypted", "true");
    xml.close("Properties");
}
