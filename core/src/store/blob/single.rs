//! A URL that may name a single blob.

use azring_transport::http::Reply;

use super::properties::{Properties, kind};
use super::request::{head_blob, list_blobs};
use super::version;
use crate::entry::{BlobFacts, Entry, EntryName, LabelPlace, ObjectProperties, Version};
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::rest::document::request_document;
use crate::store::rest::missing::send_or_missing;
use crate::{Error, Result};

/// The most empty pages that are skipped. A service may send several before the first name.
const EMPTY_PAGES_MAX: usize = 8;

/// The place above the last part of the path, and that part.
pub(crate) fn split_last(place: &BlobLocation) -> Option<(BlobLocation, String)> {
    if place.directory.is_empty() {
        return None;
    }
    let (above, last) = place
        .directory
        .rsplit_once('/')
        .unwrap_or(("", &place.directory));
    Some((
        BlobLocation {
            directory: above.into(),
            is_directory: true,
            version: None,
            ..place.clone()
        },
        last.into(),
    ))
}

/// Inspects the blob that the place names. Returns the place above it and the blob as an entry, if it exists.
pub(super) async fn look(
    tools: &Tools,
    place: &BlobLocation,
) -> Result<Option<(BlobLocation, Entry)>> {
    let Some((above, last)) = split_last(place) else {
        return Ok(None);
    };
    if let Some(id) = &place.version {
        let names = (&*place.directory, &*last);
        let found = version::find(tools, &above, names, id, LabelPlace::Nowhere).await?;
        return Ok(found.map(|entry| (above, entry)));
    }
    let found = find(tools, place, &place.directory).await?;
    Ok(found.map(|(properties, carried)| (above, entry(&last, properties, carried))))
}

/// The error that there is nothing that the place names: neither a blob nor a virtual directory.
pub(super) fn not_found(place: &BlobLocation) -> Error {
    if let Some(version) = &place.version {
        return Error::NotFound(format!(
            "there is no version `{version}` of the blob (`{place}`)"
        ));
    }
    Error::NotFound(format!(
        "there is no blob `{}` in the container `{}`, and no virtual directory of that name (`{place}`)",
        EntryName::from(&*place.directory),
        place.container
    ))
}

/// Whether any blob lies in the virtual directory that the place names.
pub(crate) async fn holds_any(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    let prefix = place.prefix();
    let mut after = None;
    for _ in 0..EMPTY_PAGES_MAX {
        let listing = list_blobs::PageRequest {
            prefix: &prefix,
            after: after.as_ref(),
            entries_max: Some(1),
            ..list_blobs::PageRequest::default()
        };
        let request = list_blobs::request(place, &listing);
        let shown = || format!("the listing of `{place}`");
        let read = |reply: &Reply| list_blobs::parse(&reply.body);
        let page = request_document(tools, &request, shown, read).await?;
        if let Some(blob) = page.entries.first() {
            return Ok(blob.name.starts_with(&prefix));
        }
        if page.next.is_none() {
            break;
        }
        after = page.next;
    }
    Ok(false)
}

/// The properties of the blob of this full name, if it exists.
pub(super) async fn find(
    tools: &Tools,
    place: &BlobLocation,
    name: &str,
) -> Result<Option<(Properties, ObjectProperties)>> {
    let request = head_blob::request(place, name);
    let reply = send_or_missing(tools, &request).await?;
    reply.map(|reply| read_found(&reply)).transpose()
}

/// What the answer to a question about a blob says.
pub(super) fn read_found(reply: &Reply) -> Result<(Properties, ObjectProperties)> {
    let properties = Properties::of_head(reply)?;
    let carried = ObjectProperties {
        tier: properties.tier,
        facts: Some(Box::new(facts(reply))),
        ..ObjectProperties::of_head(reply)
    };
    Ok((properties, carried))
}

/// What a listing shows of the blob.
fn facts(reply: &Reply) -> BlobFacts {
    let text = |name| reply.header(name).map(str::to_owned);
    BlobFacts {
        tier: text("x-ms-access-tier"),
        archive_status: text("x-ms-archive-status"),
        lease_state: text("x-ms-lease-state"),
        lease_duration: text("x-ms-lease-duration"),
        lease_status: text("x-ms-lease-status"),
        version_id: text("x-ms-version-id"),
    }
}

/// A blob with these properties, as the entry of this name.
pub(super) fn entry(name: &str, properties: Properties, carried: ObjectProperties) -> Entry {
    Entry {
        name: EntryName::from(name),
        bytes: properties.bytes,
        modified: properties.modified,
        version: Version::Service(properties.etag),
        md5: properties.md5,
        kind: kind(properties.blob_type, properties.is_folder),
        carried: Some(Box::new(carried)),
        snapshot: None,
        smb: None,
        archive: properties.archive,
    }
}
