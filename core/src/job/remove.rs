//! The command `remove`: every selected object of a place is deleted.
//!
//! Each object is deleted only as the version that was listed. Directories of a share, and of an account with a
//! hierarchical namespace, that are empty afterwards are deleted too.

use std::sync::Arc;

use super::selected_objects::{ObjectAction, SelectedObjects, act_on_all};
use crate::Result;
use crate::entry::Entry;
use crate::location::Location;
use crate::options::Options;
use crate::report::{ChangeKind, Observer, Summary};
use crate::stop::Stop;
use crate::store::{self, Removal, RemovalOptions, Remover, Tools};

/// Deletes the objects of `options.source` that the selection matches, and reports each to `observer`.
///
/// A place without such objects may be the URL of a single object, which then is the only one. With
/// `options.preview` it only reports what it would delete.
///
/// # Errors
///
/// [`Error::NotFound`](crate::Error::NotFound) when the place names nothing. Fails when it cannot be
/// listed. Failures of single objects are in the summary.
pub fn remove(
    options: &Options,
    removal: RemovalOptions,
    observer: &dyn Observer,
    stop: &Stop,
) -> Result<Summary> {
    act_on_all(options, &Deletion(removal), observer, stop)
}

struct Deletion(RemovalOptions);

impl ObjectAction for Deletion {
    type Opened = Arc<dyn Remover>;

    const KIND: ChangeKind = ChangeKind::Delete;
    const FOLDERS_LAST: bool = true;

    fn open(&self, place: &Location) -> Result<Arc<dyn Remover>> {
        store::open_remover(place, self.0)
    }

    /// Says whether the service keeps what is deleted.
    async fn begin(&self, tools: &Tools, place: &Location) -> Option<String> {
        let soft_delete = store::soft_delete(place, tools).await;
        soft_delete.map(|soft_delete| soft_delete.to_string())
    }

    async fn act(
        &self,
        tools: &Tools,
        remover: &Arc<dyn Remover>,
        entries: &[Entry],
        run: &SelectedObjects<'_>,
    ) {
        let results = remover.remove(tools, entries).await;
        for (entry, result) in entries.iter().zip(results) {
            match result {
                Ok(Removal::Removed | Removal::Missing) => run.settlement.deleted(entry),
                Ok(Removal::Kept) => {
                    let reason = "it is a symbolic link";
                    run.settlement.skip(&entry.name, entry.bytes, reason);
                }
                Ok(Removal::NotEmpty) => {
                    let reason = "it is a directory that is not empty";
                    run.settlement.skip(&entry.name, entry.bytes, reason);
                }
                Err(error) => run.fail(entry, error),
            }
        }
    }

    async fn end(&self, tools: &Tools, remover: &Arc<dyn Remover>) {
        remover.remove_empty_folders(tools).await;
    }
}
