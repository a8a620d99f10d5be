//! Finds why nothing in a container or virtual directory was selected, after a complete listing without entries.
//!
//! It takes a few requests of one page each.

use super::request::list_blobs;
use super::single;
use crate::Result;
use crate::entry::{EntryName, Layout};
use crate::location::BlobLocation;
use crate::options::Selection;
use crate::report::NothingSelected;
use crate::store::Tools;
use crate::store::rest::document::request_document;

/// The likely cause.
pub(super) async fn cause(
    tools: &Tools,
    place: &BlobLocation,
    selection: &Selection,
) -> Result<NothingSelected> {
    if place.is_account() {
        return Ok(NothingSelected::Empty);
    }
    if is_blob(tools, place).await? {
        return Ok(NothingSelected::SingleObject);
    }
    let Some(pattern) = selection.pattern.as_deref().filter(|text| !text.is_empty()) else {
        let is_forgotten = !selection.recursive && single::holds_any(tools, place).await?;
        return Ok(if is_forgotten {
            NothingSelected::NotRecursive
        } else {
            NothingSelected::Empty
        });
    };
    if pattern.contains(['*', '?']) {
        return Ok(NothingSelected::Wildcard);
    }
    if let Some(name) = of_other_case(tools, place, pattern, selection.recursive).await? {
        return Ok(NothingSelected::OtherCase(name));
    }
    if !selection.recursive && begins_any(tools, place, pattern).await? {
        return Ok(NothingSelected::Beginning);
    }
    Ok(if single::holds_any(tools, place).await? {
        NothingSelected::NoMatch
    } else {
        NothingSelected::Empty
    })
}

async fn is_blob(tools: &Tools, place: &BlobLocation) -> Result<bool> {
    let found = single::look(tools, place).await?;
    Ok(found.is_some_and(|(_, blob)| blob.kind != Layout::Folder))
}

/// A name at the pattern's level that is the pattern, or begins with it, in another case of letters.
async fn of_other_case(
    tools: &Tools,
    place: &BlobLocation,
    pattern: &str,
    is_beginning: bool,
) -> Result<Option<EntryName>> {
    let folder = pattern.rfind('/').map_or("", |slash| &pattern[..=slash]);
    let directory = place.prefix();
    let prefix = format!("{directory}{folder}");
    let listing = list_blobs::PageRequest {
        prefix: &prefix,
        delimiter: Some("/"),
        ..list_blobs::PageRequest::default()
    };
    let (items, _) = page(tools, place, &listing, list_blobs::parse_level).await?;
    let wanted = pattern.to_lowercase();
    let is_like = |name: &str| {
        let name = name.to_lowercase();
        name == wanted || (is_beginning && name.starts_with(&wanted))
    };
    let mut names = items
        .iter()
        .filter_map(|item| item.name.strip_prefix(&directory));
    let found = names.find(|name| is_like(name) && !name.starts_with(pattern));
    Ok(found.map(EntryName::from))
}

/// Whether the name of any blob in the directory begins with the pattern.
async fn begins_any(tools: &Tools, place: &BlobLocation, pattern: &str) -> Result<bool> {
    let prefix = place.full_name(pattern);
    let listing = list_blobs::PageRequest {
        prefix: &prefix,
        entries_max: Some(1),
        ..list_blobs::PageRequest::default()
    };
    let page = page(tools, place, &listing, list_blobs::parse).await?;
    Ok(page
        .entries
        .iter()
        .any(|blob| blob.name.starts_with(&prefix)))
}

async fn page<T>(
    tools: &Tools,
    place: &BlobLocation,
    listing: &list_blobs::PageRequest<'_>,
    parse: fn(&[u8]) -> Result<T>,
) -> Result<T> {
    let request = list_blobs::request(place, listing);
    let shown = || format!("the listing of `{place}`");
    request_document(tools, &request, shown, |reply| parse(&reply.body)).await
}
