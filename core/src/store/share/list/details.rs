//! Files as entries, and the files of which a listing does not say the version.

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc::{Receiver, Sender};

use super::listing::ShareListing;
use crate::Result;
use crate::entry::{ETag, Entry, EntryName, Layout, Version};
use crate::location::ShareLocation;
use crate::store::share::request::list_directory::ListedFile;
use crate::store::share::single;
use crate::store::{Page, Tools};

/// Files that are asked for at once.
const FILES_IN_FLIGHT_MAX: usize = 64;

/// A file as a listing describes it.
pub(in crate::store::share) fn entry_of(name: EntryName, file: ListedFile) -> Entry {
    Entry {
        name,
        bytes: file.bytes,
        modified: file.modified.unwrap_or(std::time::UNIX_EPOCH),
        version: Version::Service(file.etag.unwrap_or(ETag(String::new()))),
        md5: None,
        kind: Layout::Plain,
        carried: None,
        snapshot: None,
        smb: file.smb,
        archive: None,
    }
}

/// Whether the listing says which version of the file there is. Listings of versions of the service
/// before 2020-04-08 do not.
fn has_version(entry: &Entry) -> bool {
    match &entry.version {
        Version::Service(ETag(text)) => !text.is_empty(),
        Version::Local { .. } => false,
    }
}

/// Passes pages on, and asks for every file without a version. A file that is gone is left out.
pub(super) async fn complete_pages(
    listing: &ShareListing,
    tools: &Tools,
    mut listed: Receiver<Result<Page>>,
    pages: Sender<Result<Page>>,
) {
    while let Some(page) = listed.recv().await {
        let page = match page {
            Ok(page) => {
                let mut page = complete(&listing.place, tools, page).await;
                let entries = std::mem::take(&mut page.entries).into_iter();
                let trimmed = entries
                    .filter(|entry| listing.filter.admits(entry))
                    .map(|entry| listing.read_options.trimmed(entry));
                page.entries = trimmed.collect();
                Ok(page)
            }
            Err(error) => Err(error),
        };
        if pages.send(page).await.is_err() {
            return;
        }
    }
}

async fn complete(place: &ShareLocation, tools: &Tools, mut page: Page) -> Page {
    if page.entries.iter().all(has_version) {
        return page;
    }
    let asked = stream::iter(std::mem::take(&mut page.entries)).map(async |entry| {
        if has_version(&entry) {
            return (entry.name.clone(), Ok(Some(entry)));
        }
        let found = single::find(tools, place, &entry.name).await;
        (entry.name, found)
    });
    let mut asked = asked.buffered(FILES_IN_FLIGHT_MAX);
    while let Some((name, found)) = asked.next().await {
        match found {
            Ok(found) => page.entries.extend(found),
            Err(error) => page.unlisted.push((name, error)),
        }
    }
    drop(asked);
    page
}
