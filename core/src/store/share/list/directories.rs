//! Lists the directories below a directory with their attributes and times, many directories at once.
//!
//! Their order is that of the answers: each of them is complete in itself.

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::Sender;

use super::directory::{ListedTree, RemoteTree};
use super::walk::DIRECTORIES_IN_FLIGHT_MAX;
use crate::Result;
use crate::entry::{ETag, Entry, EntryName, Layout, SmbProperties, Version};
use crate::location::ShareLocation;
use crate::select::Filter;
use crate::store::rest::continuation::Continuation;
use crate::store::rest::document::read_or_fetch_again;
use crate::store::rest::page_feed::read_aside;
use crate::store::share::request::list_directory::{self, ListedChild};
use crate::store::share::single;
use crate::store::{Page, Tools};

/// Sends the directories below this one. Each is an entry of [`Layout::Folder`] with its attributes and
/// times. One that cannot be listed or examined is named in its page.
pub(in crate::store::share) async fn list_directories(
    place: &ShareLocation,
    tools: &Tools,
    filter: &Filter,
    pages: Sender<Result<Page>>,
) {
    let tree = RemoteTree {
        place: place.clone(),
        tools: tools.clone(),
    };
    // The last one found is listed first, so that a deep tree is not held as a whole.
    let mut waiting = vec![String::new()];
    let mut listings = FuturesUnordered::new();
    loop {
        while listings.len() < DIRECTORIES_IN_FLIGHT_MAX
            && let Some(directory) = waiting.pop()
        {
            let tree = &tree;
            listings.push(async move {
                let found = directories_in(tree, &directory).await;
                (directory, found)
            });
        }
        let Some((directory, found)) = listings.next().await else {
            return;
        };
        let mut page = Page::default();
        match found {
            Ok(found) => {
                let selected = found
                    .into_iter()
                    .filter(|(name, _)| filter.may_select_below(name.as_bytes()));
                for (name, smb) in selected {
                    waiting.push(format!("{name}/"));
                    match smb {
                        Ok(Some(smb)) => page.entries.push(entry(&name, smb)),
                        // The version of the service has no attributes.
                        Ok(None) => {}
                        Err(error) => page.unlisted.push((EntryName::from(&*name), error)),
                    }
                }
            }
            Err(error) => page.unlisted.push((EntryName::from(&*directory), error)),
        }
        // The consumer has gone when the run was stopped.
        if pages.send(Ok(page)).await.is_err() {
            return;
        }
    }
}

/// A directory with its full name below the root, and what is stored with it.
type Found = (String, Result<Option<SmbProperties>>);

/// The directories in the directory of this name, which is empty or ends in a slash.
async fn directories_in(tree: &RemoteTree, directory: &str) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let (mut continuation, mut after) = (Continuation::default(), None);
    loop {
        let fetch = async || tree.page(directory, after.as_ref()).await;
        let body = fetch().await;
        let parse = async |body| read_aside(body, list_directory::parse).await;
        let page = read_or_fetch_again(|| tree.shown(directory), body, fetch, parse).await?;
        let count = page.children.len();
        continuation.page("the listing of a directory", count, page.next.as_ref())?;
        for child in page.children {
            let ListedChild {
                name,
                file: None,
                directory: listed,
            } = child
            else {
                continue;
            };
            let name = format!("{directory}{name}");
            let smb = match listed {
                Some(smb) => Ok(Some(*smb)),
                // Listings of versions before 2020-04-08 have none.
                None => single::directory_smb(&tree.tools, &tree.place, &name).await,
            };
            found.push((name, smb));
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

fn entry(name: &str, smb: SmbProperties) -> Entry {
    Entry {
        name: EntryName::from(name),
        bytes: 0,
        modified: smb.last_write,
        version: Version::Service(ETag(String::new())),
        md5: None,
        kind: Layout::Folder,
        carried: None,
        snapshot: None,
        smb: Some(Box::new(smb)),
        archive: None,
    }
}
