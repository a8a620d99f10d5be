//! Removes what measuring has made: every blob below a virtual directory.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::request::delete_blob;
use super::{BlobReadOptions, BlobSource};
use crate::entry::Entry;
use crate::location::BlobLocation;
use crate::select::{Pattern, PatternRule};
use crate::store::rest::conditions::Condition;
use crate::store::{ListScope, Source as _, Tools};
use crate::{Error, Result};

/// Deletions under way at once.
const AT_ONCE: usize = 64;

/// Removes every blob below the virtual directory of `place`; returns how many there were. Waits for the service; inside
/// a `LocalSet`. The first that cannot be removed ends it.
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
    let mut pages = Arc::new(source).list(tools, ListScope::default());
    let mut removed = 0;
    while let Some(page) = pages.recv().await {
        let mut removing = stream::iter(page?.entries)
            .map(|entry| remove(tools, place, entry))
            .buffer_unordered(AT_ONCE);
        while let Some(result) = removing.next().await {
            result?;
            removed += 1;
        }
    }
    Ok(removed)
}

async fn remove(tools: &Tools, place: &BlobLocation, entry: Entry) -> Result<()> {
    let name = entry.name.as_str().unwrap_or_default();
    let request = delete_blob::request(place, &place.full_name(name), Condition::Always);
    match tools.client.send(&request).await {
        // An earlier attempt did it, and its answer was lost.
        Err(error) if error.status() != Some(404) => Err(error.into()),
        _ => Ok(()),
    }
}
