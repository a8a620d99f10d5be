//! An account: its key and its containers.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use super::super::super::error::{Answer, Refusal};
use super::container::Container;

/// One storage account.
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its key, decoded.
    pub key: Vec<u8>,
    containers: RwLock<BTreeMap<String, Arc<Container>>>,
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Account {{ name: {:?}, key: **** }}", self.name)
    }
}

impl Account {
    /// An account without containers.
    pub fn new(name: String, key: Vec<u8>) -> Self {
        Self {
            name,
            key,
            containers: RwLock::default(),
        }
    }

    /// The container, or 404.
    pub fn container(&self, name: &str) -> Answer<Arc<Container>> {
        self.find(name).ok_or_else(Refusal::container_not_found)
    }

    /// The container if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<Container>> {
        self.containers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }

    /// Adds a container, or 409.
    pub fn create(&self, name: &str, container: Container) -> Answer<Arc<Container>> {
        let mut containers = self
            .containers
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if containers.contains_key(name) {
            return Err(Refusal::new(
                409,
                "ContainerAlreadyExists",
                "The specified container already exists.",
            ));
        }
        let container = Arc::new(container);
        containers.insert(name.to_owned(), Arc::clone(&container));
        Ok(container)
    }

    /// Takes a container out with everything in it.
    pub fn remove(&self, name: &str) -> Option<Arc<Container>> {
        self.containers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name)
    }

    /// Up to `max` containers from the name `from` on that begin with `prefix`, and the name to go on from.
    pub fn list(
        &self,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<(String, Arc<Container>)>, Option<String>) {
        let containers = self
            .containers
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        let start = if from > prefix { from } else { prefix };
        let mut matching = containers
            .range::<str, _>((std::ops::Bound::Included(start), std::ops::Bound::Unbounded))
            .take_while(|(name, _)| name.starts_with(prefix));
        let page: Vec<_> = matching
            .by_ref()
            .take(max)
            .map(|(name, container)| (name.clone(), Arc::clone(container)))
            .collect();
        (page, matching.next().map(|(name, _)| name.clone()))
    }
}
