//! The containers or shares of one account by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::listing;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};

/// Containers or shares, and the names that cannot be used again yet.
#[derive(Debug)]
pub struct ContainersByName<T> {
    by_name: BTreeMap<String, Arc<T>>,
    /// Names of deleted ones, and until when they cannot be used again.
    deleted: BTreeMap<String, Moment>,
}

impl<T> Default for ContainersByName<T> {
    fn default() -> Self {
        Self {
            by_name: BTreeMap::new(),
            deleted: BTreeMap::new(),
        }
    }
}

impl<T> ContainersByName<T> {
    /// The container if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<T>> {
        self.by_name.get(name).cloned()
    }

    /// All names.
    pub fn names(&self) -> Vec<String> {
        self.by_name.keys().cloned().collect()
    }

    /// Refuses a name that a container has (`used`) or that a deleted one still has (`deleted`).
    pub fn check_free(
        &self,
        name: &str,
        now: Moment,
        used: fn() -> Refusal,
        deleted: fn() -> Refusal,
    ) -> ServiceResult<()> {
        if self.by_name.contains_key(name) {
            return Err(used());
        }
        match self.deleted.get(name) {
            Some(until) if *until > now => Err(deleted()),
            _ => Ok(()),
        }
    }

    /// Adds a container.
    pub fn insert(&mut self, name: &str, container: Arc<T>) {
        self.deleted.remove(name);
        self.by_name.insert(name.to_owned(), container);
    }

    /// Removes a container. Its name cannot be used again until the given time.
    pub fn remove(&mut self, name: &str, until: Moment) -> Option<Arc<T>> {
        let removed = self.by_name.remove(name)?;
        self.deleted.insert(name.to_owned(), until);
        Some(removed)
    }

    /// Allows the names of all deleted containers again.
    pub fn free_deleted(&mut self) {
        self.deleted.clear();
    }

    /// Up to `max` containers from the name `from` on that begin with `prefix`, and the name where
    /// the next page begins.
    pub fn page(
        &self,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<(String, Arc<T>)>, Option<String>) {
        let mut matching = listing::matching(&self.by_name, prefix, from);
        let page: Vec<_> = matching
            .by_ref()
            .take(max)
            .map(|(name, container)| (name.clone(), Arc::clone(container)))
            .collect();
        (page, matching.next().map(|(name, _)| name.clone()))
    }
}
