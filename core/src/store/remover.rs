//! Removing objects that were listed.
//!
//! Every removal has a condition: the object must still be the version that was listed. One that was
//! overwritten meanwhile stays, and that is a failure of this object alone.

use std::sync::Arc;

use super::{ListScope, Source, Step, Tools};
use crate::entry::{Entry, EntryName};
use crate::{Error, Result};

/// The outcome of the removal of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It was removed.
    Removed,
    /// It was not there: somebody else removed it, or an earlier attempt whose answer was lost.
    Missing,
    /// It stays: it is a symbolic link of this machine, which was listed as the file that it leads to.
    Kept,
    /// It stays: it is a directory, and something is in it.
    NotEmpty,
}

/// What is removed with an object.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RemovalOptions {
    /// The snapshots of a blob. A blob that has snapshots stays otherwise, and is a failure.
    pub snapshots: bool,
    /// The directories that are empty afterwards, where the account may have none: it is asked for that.
    pub empty_folders: bool,
}

/// A store whose objects can be removed.
pub trait Remover: Send + Sync {
    /// Removes objects that its source listed, as far as each is still the version that was listed.
    ///
    /// Gives one result for each entry, in their order. [`Error::TargetChanged`](crate::Error) is the
    /// result of an object that changed; it stays. Takes any number of entries, and is quickest with
    /// many at once. Waits for the service or the disk; a dropped future leaves each object either
    /// as it was or removed.
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>>;

    /// Removes the folders that are empty since their objects were removed, where folders are objects
    /// of their own. A folder that cannot be removed stays.
    fn remove_empty_folders<'a>(&'a self, _tools: &'a Tools) -> Step<'a, ()> {
        Box::pin(async {})
    }
}

/// Removes everything that a source lists; returns how many objects are gone. Inside a `LocalSet`.
///
/// Gives each object that stays, and each folder that could not be read, to `on_failure`. Only a
/// failure of the listing ends it.
pub(crate) async fn remove_all(
    source: Arc<dyn Source>,
    remover: &dyn Remover,
    tools: &Tools,
    on_failure: &mut dyn FnMut(&EntryName, &Error),
) -> Result<u64> {
    let mut pages = source.list(tools, ListScope::default());
    let mut gone = 0;
    while let Some(page) = pages.recv().await {
        let page = page?;
        for (folder, error) in &page.unlisted {
            on_failure(folder, error);
        }
        let results = remover.remove(tools, &page.entries).await;
        for (entry, result) in page.entries.iter().zip(results) {
            match result {
                Ok(Removal::Removed | Removal::Missing) => gone += 1,
                Ok(Removal::Kept | Removal::NotEmpty) => {}
                Err(error) => on_failure(&entry.name, &error),
            }
        }
    }
    remover.remove_empty_folders(tools).await;
    Ok(gone)
}
