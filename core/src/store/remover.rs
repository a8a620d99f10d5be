//! Removing objects that were listed.
//!
//! Every removal has a condition: the object must still be the version that was listed. One that was
//! overwritten meanwhile stays, and that is a failure of this object alone.

use std::sync::Arc;

use super::{ListScope, Source, Step, Tools};
use crate::Result;
use crate::entry::Entry;

/// The objects that one call removes at most.
pub(crate) const BATCH_MAX: usize = 256;

/// What became of an object that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It was removed.
    Removed,
    /// It was not there any more: somebody else removed it, or an earlier attempt whose answer was lost.
    Missing,
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
}

/// Removes everything that a source lists; returns how many objects there were. Inside a `LocalSet`.
///
/// The first object that cannot be removed ends it with its error.
pub(crate) async fn remove_all(
    source: Arc<dyn Source>,
    remover: &dyn Remover,
    tools: &Tools,
) -> Result<u64> {
    let mut pages = source.list(tools, ListScope::default());
    let mut objects = 0;
    while let Some(page) = pages.recv().await {
        for batch in page?.entries.chunks(BATCH_MAX) {
            for result in remover.remove(tools, batch).await {
                result?;
                objects += 1;
            }
        }
    }
    Ok(objects)
}
