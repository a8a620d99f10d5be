//! The deleted containers of an account that can be restored.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::container::BlobContainer;
use crate::emulator::blob::state::Deletion;
use crate::emulator::clock::Moment;

/// Ticks of 100 ns from 1601 to 1970: the service counts a container's version from 1601.
const TICKS_BEFORE_1970: u64 = 116_444_736_000_000_000;

/// Deleted containers by name and version.
#[derive(Debug, Default)]
pub struct DeletedContainers(BTreeMap<(String, String), DeletedContainer>);

/// One container, which can be restored.
#[derive(Debug, Clone)]
pub struct DeletedContainer {
    /// The container with its blobs.
    pub container: Arc<BlobContainer>,
    /// When it was deleted, and until when it stays.
    pub deletion: Deletion,
}

impl DeletedContainers {
    /// The version of a container of this name that is deleted now.
    pub fn new_version(&self, name: &str, now: Moment) -> String {
        let mut ticks = now.ticks() + TICKS_BEFORE_1970;
        loop {
            let version = format!("{ticks:016X}");
            if !self.0.contains_key(&(name.to_owned(), version.clone())) {
                return version;
            }
            ticks += 1;
        }
    }

    /// Adds a container.
    pub fn insert(&mut self, name: &str, version: String, deleted: DeletedContainer) {
        self.0.insert((name.to_owned(), version), deleted);
    }

    /// Takes a container to restore it.
    pub fn remove(&mut self, name: &str, version: &str) -> Option<DeletedContainer> {
        self.0.remove(&(name.to_owned(), version.to_owned()))
    }

    /// Removes the containers whose time is over, and returns their names and versions.
    pub fn expire(&mut self, now: Moment) -> Vec<(String, String)> {
        let over = self
            .0
            .extract_if(.., |_, deleted| deleted.deletion.is_over(now));
        over.map(|(key, _)| key).collect()
    }

    /// Removes all, and returns their names and versions.
    pub fn clear(&mut self) -> Vec<(String, String)> {
        std::mem::take(&mut self.0).into_keys().collect()
    }

    /// The containers whose names begin with `prefix`: name, version and container.
    pub fn list(&self, prefix: &str) -> Vec<(String, String, DeletedContainer)> {
        let matching = self
            .0
            .iter()
            .filter(|((name, _), _)| name.starts_with(prefix));
        matching
            .map(|((name, version), deleted)| (name.clone(), version.clone(), deleted.clone()))
            .collect()
    }
}
