//! Names with an empty folder name, as `a//b` has one.
//!
//! An account with a hierarchical namespace stores such a blob as `a/b`, and would replace the blob that has
//! that name.

use tokio::sync::OnceCell;

use super::name::blob_name;
use super::request::get_account_information;
use crate::entry::Layout;
use crate::location::BlobLocation;
use crate::plan::Task;
use crate::store::Tools;
use crate::{Error, Result};

/// Refuses names that the account would change.
#[derive(Debug, Default)]
pub(super) struct FolderNames {
    /// Whether the account has a hierarchical namespace; asked once, for the first name that needs it.
    is_hierarchical: OnceCell<bool>,
}

impl FolderNames {
    /// Fails with [`Error::Name`] where the account would store the blob of this task under another name. An
    /// account that does not say what it has counts as flat.
    pub(super) async fn check(
        &self,
        tools: &Tools,
        place: &BlobLocation,
        task: &Task,
    ) -> Result<()> {
        let name = blob_name(&task.target);
        let (container, own_name) = place.place().split_root(name);
        // A slash at the end of a folder's own name changes nothing.
        let is_folder = task.entry.kind == Layout::Folder;
        if !is_changed(below(place, own_name), is_folder) {
            return Ok(());
        }
        let asking = async || {
            let request = get_account_information::request(&place.in_container(container));
            let reply = tools.client.send(&request).await;
            reply.is_ok_and(|reply| get_account_information::is_hierarchical(&reply))
        };
        if *self.is_hierarchical.get_or_init(asking).await {
            return Err(Error::Name(format!(
                "`{name}` has an empty folder name, which an account with a hierarchical namespace removes: it would \
                 be stored as `{}`, and replace a blob of that name. Copy it under another name",
                without_empty_parts(name)
            )));
        }
        Ok(())
    }
}

/// The name below the virtual directory, which the user named.
fn below<'n>(place: &BlobLocation, name: &'n str) -> &'n str {
    let below = name.strip_prefix(&*place.directory).unwrap_or(name);
    if place.directory.is_empty() {
        below
    } else {
        below.strip_prefix('/').unwrap_or(below)
    }
}

/// Whether a part of the name is empty.
fn is_changed(name: &str, is_folder: bool) -> bool {
    name.starts_with('/') || name.contains("//") || (name.ends_with('/') && !is_folder)
}

fn without_empty_parts(name: &str) -> String {
    let parts = name.split('/').filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("/")
}
