//! A URL that may name a single blob.

use super::properties::{Properties, kind};
use super::request::{head_blob, list_blobs};
use crate::entry::{Entry, EntryName, ObjectProperties, Version};
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::rest::xml;
use crate::{Error, Result};

/// Empty pages that are passed over: a service may give several before the first name.
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
            ..place.clone()
        },
        last.into(),
    ))
}

/// The blob that the place names, if there is one: the place above it, and the blob as an entry.
pub async fn look(tools: &Tools, place: &BlobLocation) -> Result<Option<(BlobLocation, Entry)>> {
    let Some((above, last)) = split_last(place) else {
        return Ok(None);
    };
    let found = find(tools, place, &place.directory).await?;
    Ok(found.map(|(properties, carried)| (above, entry(&last, properties, carried))))
}

/// The error that there is nothing that the place names: neither a blob nor a virtual directory.
pub fn not_found(place: &BlobLocation) -> Error {
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
        let sent = tools.client.send_with_cap(&request, xml::BODY_BYTES_MAX);
        let page = list_blobs::parse(&sent.await?.body)?;
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

/// What the blob of this full name is, if there is one.
pub(super) async fn find(
    tools: &Tools,
    place: &BlobLocation,
    name: &str,
) -> Result<Option<(Properties, ObjectProperties)>> {
    match tools.client.send(&head_blob::request(place, name)).await {
        Ok(reply) => Ok(Some((
            Properties::of_head(&reply)?,
            ObjectProperties::of_head(&reply),
        ))),
        Err(error) if error.status() == Some(404) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A blob that is like this, as the entry of this name.
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
    }
}
