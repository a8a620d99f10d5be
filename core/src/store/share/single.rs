//! A URL that may name a single file.

use super::properties::{FileProperties, smb_of_reply};
use super::request::{head_directory, head_file};
use crate::entry::{Entry, EntryName, Layout, ObjectProperties, SmbProperties, Version};
use crate::location::ShareLocation;
use crate::store::Tools;
use crate::{Error, Result};

/// The place above the last part of the path, and that part.
pub(super) fn split_last(place: &ShareLocation) -> Option<(ShareLocation, String)> {
    if place.directory.is_empty() {
        return None;
    }
    let parts = place.directory.rsplit_once('/');
    let (above, last) = parts.unwrap_or(("", &place.directory));
    Some((
        ShareLocation {
            directory: above.into(),
            is_directory: true,
            ..place.clone()
        },
        last.into(),
    ))
}

/// Inspects the file that the place names. Returns the place above it and the file as an entry, if it
/// exists.
pub(super) async fn look(
    tools: &Tools,
    place: &ShareLocation,
) -> Result<Option<(ShareLocation, Entry)>> {
    let Some((above, last)) = split_last(place) else {
        return Ok(None);
    };
    let found = find(tools, &above, &EntryName::from(&*last)).await?;
    Ok(found.map(|entry| (above, entry)))
}

/// The file of this name in this directory, if it exists. Fails where the share itself is missing.
pub(super) async fn find(
    tools: &Tools,
    place: &ShareLocation,
    name: &EntryName,
) -> Result<Option<Entry>> {
    let Some(text) = name.as_str().filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let request = head_file::request(place, &place.full_name(text));
    let reply = match tools.client.send(&request).await {
        Ok(reply) => reply,
        Err(error) if is_missing(&error) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let properties = FileProperties::of_head(&reply)?;
    let last_write = properties.smb.as_ref().map(|smb| smb.last_write);
    Ok(Some(Entry {
        name: name.clone(),
        bytes: properties.bytes,
        modified: last_write.unwrap_or(properties.modified),
        version: Version::Service(properties.etag),
        md5: properties.md5,
        kind: Layout::Plain,
        carried: Some(Box::new(ObjectProperties::of_head(&reply))),
        snapshot: None,
        smb: properties.smb.map(Box::new),
        archive: None,
    }))
}

/// The attributes and times of the directory of this name in this directory; `None` where the version of
/// the service has none.
pub(super) async fn directory_smb(
    tools: &Tools,
    place: &ShareLocation,
    name: &str,
) -> Result<Option<SmbProperties>> {
    let request = head_directory::request(place, &place.full_name(name));
    let reply = tools.client.send(&request).await?;
    Ok(smb_of_reply(&reply))
}

/// Whether the place is a share, or a directory that exists. What the credential may not ask counts
/// as not there.
pub(super) async fn is_directory(tools: &Tools, place: &ShareLocation) -> Result<bool> {
    if place.directory.is_empty() || place.is_directory {
        return Ok(true);
    }
    let request = head_directory::request(place, &place.directory);
    match tools.client.send(&request).await {
        Ok(_) => Ok(true),
        // The share is missing or being deleted, or a file has the name.
        Err(error) if matches!(error.status(), Some(401 | 403 | 404 | 409)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether the service has nothing of that name. A share that is missing is an error of its own.
pub(super) fn is_missing(error: &azring_transport::Error) -> bool {
    let is_share = matches!(
        error.code(),
        Some("ShareNotFound" | "ShareSnapshotNotFound")
    );
    error.status() == Some(404) && !is_share
}

/// The error that there is nothing that the place names: neither a file nor a directory.
pub(super) fn not_found(place: &ShareLocation) -> Error {
    Error::NotFound(format!(
        "there is no file and no directory `{}` in the share `{}` (`{place}`)",
        EntryName::from(&*place.directory),
        place.share
    ))
}
