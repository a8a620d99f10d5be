//! Removes files, and the directories that are empty afterwards.
//!
//! The service has neither batches nor conditions. Each file is therefore inspected immediately before
//! it is removed, 64 files at once.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use futures_util::{StreamExt as _, stream};

use super::request::{delete_directory, delete_file};
use super::single;
use crate::entry::Entry;
use crate::location::ShareLocation;
use crate::store::{Removal, Remover, Step, Tools};
use crate::{Error, Result};

/// Files that are removed at once.
const IN_FLIGHT_MAX: usize = 64;

/// Removes files of a share or directory.
pub struct ShareRemover {
    place: ShareLocation,
    /// The directories of the files that were removed, by their full names.
    directories: Mutex<BTreeSet<String>>,
}

impl ShareRemover {
    /// Removes what a [`ShareSource`](super::ShareSource) of this place listed.
    pub fn new(place: ShareLocation) -> Self {
        Self {
            place,
            directories: Mutex::default(),
        }
    }

    async fn remove_one(&self, tools: &Tools, entry: &Entry) -> Result<Removal> {
        let Some(found) = single::find(tools, &self.place, &entry.name).await? else {
            return Ok(Removal::Missing);
        };
        let name = self
            .place
            .full_name(entry.name.as_str().unwrap_or_default());
        if found.version != entry.version {
            return Err(Error::TargetChanged(format!(
                "`{}` was overwritten since it was listed, and is not removed",
                self.place.file_url(&name)
            )));
        }
        let request = delete_file::request(&self.place, &name);
        match tools.client.send(&request).await {
            Ok(_) => {
                self.note_directories(&name);
                Ok(Removal::Removed)
            }
            Err(error) if single::is_missing(&error) => Ok(Removal::Missing),
            Err(error) => Err(error.into()),
        }
    }

    /// Notes the directories of a file, up to the place itself.
    fn note_directories(&self, name: &str) {
        let mut directories = self
            .directories
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut rest = name;
        while let Some((directory, _)) = rest.rsplit_once('/') {
            if directory.len() < self.place.directory.len()
                || !directories.insert(directory.to_owned())
            {
                return;
            }
            rest = directory;
        }
    }

    /// Removes the noted directories that are empty, the deepest first. A directory that has anything
    /// else stays.
    async fn remove_directories(&self, tools: &Tools) {
        let directories = std::mem::take(
            &mut *self
                .directories
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        let depth = |directory: &str| directory.matches('/').count();
        let deepest = directories.iter().map(|directory| depth(directory)).max();
        for level in (0..=deepest.unwrap_or(0)).rev() {
            let level = directories
                .iter()
                .filter(|directory| depth(directory) == level);
            stream::iter(level)
                .for_each_concurrent(IN_FLIGHT_MAX, async |directory| {
                    let request = delete_directory::request(&self.place, directory);
                    // A directory that stays is no object that stays.
                    let _is_gone = tools.client.send(&request).await;
                })
                .await;
        }
    }
}

impl Remover for ShareRemover {
    fn remove<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<Removal>>> {
        Box::pin(async move {
            stream::iter(entries)
                .map(|entry| self.remove_one(tools, entry))
                .buffered(IN_FLIGHT_MAX)
                .collect()
                .await
        })
    }

    fn remove_empty_folders<'a>(&'a self, tools: &'a Tools) -> Step<'a, ()> {
        Box::pin(self.remove_directories(tools))
    }
}
