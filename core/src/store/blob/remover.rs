//! Removes blobs and snapshots of blobs.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::request::delete_blob;
use super::{BlobReadOptions, BlobSource};
use crate::entry::{Entry, Version};
use crate::location::BlobLocation;
use crate::select::{Pattern, PatternRule};
use crate::store::remover::remove_all;
use crate::store::rest::conditions::Condition;
use crate::store::{Removal, Remover, Step, Tools};
use crate::{Error, Result};

/// Deletions in flight at once.
const IN_FLIGHT_MAX: usize = 64;

/// Removes blobs of a container or virtual directory.
pub struct BlobRemover {
    place: BlobLocation,
}

impl BlobRemover {
    /// Removes what a [`BlobSource`] of this place listed.
    pub fn new(place: BlobLocation) -> Self {
        Self { place }
    }

    async fn remove_one(&self, tools: &Tools, entry: &Entry) -> Result<Removal> {
        let name = self
            .place
            .full_name(entry.name.as_str().unwrap_or_default());
        let condition = match &entry.version {
            Version::Service(etag) => Condition::Unchanged(etag),
            // A blob never has the version of a file.
            Version::Local { .. } => return Err(self.changed(&name)),
        };
        let snapshot = entry.snapshot.as_ref().map(|snapshot| &*snapshot.id);
        let request = delete_blob::request(&self.place, &name, snapshot, condition);
        match tools.client.send(&request).await {
            Ok(_) => Ok(Removal::Removed),
            Err(error) if error.status() == Some(404) => Ok(Removal::Missing),
            Err(error) if error.status() == Some(412) && !is_leased(error.code()) => {
                Err(self.changed(&name))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn changed(&self, name: &str) -> Error {
        let shown = self.place.blob_url(name);
        Error::TargetChanged(format!(
            "`{shown}` was overwritten since it was listed, and is not removed"
        ))
    }
}

impl Remover for BlobRemover {
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        let removals = stream::iter(entries)
            .map(|entry| self.remove_one(tools, entry))
            .buffered(IN_FLIGHT_MAX);
        Box::pin(removals.collect())
    }
}

/// The service refused because somebody holds a lease.
fn is_leased(code: Option<&str>) -> bool {
    code.is_some_and(|code| code.starts_with("Lease"))
}

/// Removes every blob below the virtual directory of `place`; returns how many there were. Inside a
/// `LocalSet`. The first that cannot be removed ends it.
///
/// # Errors
///
/// [`Error::Usage`] where the place is a whole container: that is never what was meant.
pub async fn remove_directory(tools: &Tools, place: &BlobLocation) -> Result<u64> {
    if place.directory.is_empty() {
        return Err(Error::Usage(format!(
            "`{place}` is no virtual directory: nothing is removed"
        )));
    }
    let everything = Pattern::new(None, PatternRule::Prefix)?;
    let source = BlobSource::directory(place.clone(), everything, BlobReadOptions::default());
    remove_all(Arc::new(source), &BlobRemover::new(place.clone()), tools).await
}
