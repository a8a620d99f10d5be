//! Directories of an account with a hierarchical namespace that are empty since their blobs were removed.
//!
//! Such an account keeps a directory when its last blob is gone. In a flat namespace a name with a slash has
//! no directory, and there may be a blob of the directory's name. So a name is removed only where the service
//! says that it is a directory, and only as that version.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::{StreamExt as _, stream};
use tokio::sync::OnceCell;

use super::request::{delete_blob, head_blob};
use crate::entry::ETag;
use crate::location::BlobLocation;
use crate::store::Tools;
use crate::store::rest::conditions::Condition;

/// Directories that are removed at once.
const IN_FLIGHT_MAX: usize = 64;

/// The directories of the blobs that were removed.
#[derive(Default)]
pub(super) struct EmptiedFolders {
    /// Whether the account has directories; asked once.
    is_hierarchical: OnceCell<bool>,
    /// By their full names.
    names: Mutex<BTreeSet<String>>,
}

impl EmptiedFolders {
    fn names(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the directories of blobs that were removed, up to the place itself. Asks the service once whether
    /// it has directories.
    pub(super) async fn note(&self, tools: &Tools, place: &BlobLocation, removed: &[String]) {
        let mut above = removed.iter().filter_map(|name| folder_of(place, name));
        let Some(first) = above.next() else { return };
        let asking = async || directory_version(tools, place, first).await.is_some();
        if !*self.is_hierarchical.get_or_init(asking).await {
            return;
        }
        let mut names = self.names();
        for name in removed {
            let mut rest = &**name;
            while let Some(folder) = folder_of(place, rest)
                && names.insert(folder.to_owned())
            {
                rest = folder;
            }
        }
    }

    /// A directory was removed itself.
    pub(super) fn forget(&self, name: &str) {
        self.names().remove(name);
    }

    /// Removes the noted directories that are empty, the deepest first. A directory that has anything stays.
    pub(super) async fn remove(&self, tools: &Tools, place: &BlobLocation) {
        let names = std::mem::take(&mut *self.names());
        let depth = |name: &str| name.matches('/').count();
        let deepest = names.iter().map(|name| depth(name)).max();
        for level in (0..=deepest.unwrap_or(0)).rev() {
            let level = names.iter().filter(|name| depth(name) == level);
            stream::iter(level)
                .for_each_concurrent(IN_FLIGHT_MAX, async |name| {
                    let Some(version) = directory_version(tools, place, name).await else {
                        return;
                    };
                    let condition = Condition::Unchanged(&version);
                    let deleted = delete_blob::Deleted::Blob;
                    let request = delete_blob::request(place, name, deleted, condition);
                    // A directory that stays is no object that stays.
                    let _is_gone = tools.client.send(&request).await;
                })
                .await;
        }
    }
}

/// The directory of this name, in the place or the place itself; `None` at the root of the container.
fn folder_of<'a>(place: &BlobLocation, name: &'a str) -> Option<&'a str> {
    let (folder, _) = name.rsplit_once('/')?;
    (folder.len() >= place.directory.len()).then_some(folder)
}

/// The version of the directory of this name; `None` where the service does not say that there is one.
async fn directory_version(tools: &Tools, place: &BlobLocation, name: &str) -> Option<ETag> {
    let request = head_blob::request(place, name);
    let reply = tools.client.send(&request).await.ok()?;
    let is_directory = reply.header("x-ms-resource-type") == Some("directory");
    let etag = reply.header("etag").filter(|_| is_directory)?;
    Some(ETag(etag.to_owned()))
}
