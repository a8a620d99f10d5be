//! What the Blob service stores for an account: containers, and the service properties.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::container::{BlobContainer, ContainerJournal};
use crate::emulator::blob::account::service_properties::SECTIONS;
use crate::emulator::blob::journal::{BlobPath, BlobRecord};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::service_properties::ServiceProperties;

/// The containers of one account.
#[derive(Debug)]
pub struct AccountContainers {
    /// The account's name.
    account: String,
    /// Where changes are recorded.
    journal: Option<ServiceJournal>,
    containers: RwLock<Containers>,
    service_properties: Mutex<ServiceProperties>,
}

#[derive(Debug, Default)]
struct Containers {
    by_name: BTreeMap<String, Arc<BlobContainer>>,
    /// Names of deleted containers, and until when they cannot be used again.
    deleted: BTreeMap<String, Moment>,
}

impl AccountContainers {
    /// An account without containers.
    pub fn new(account: String, journal: Option<ServiceJournal>) -> Self {
        Self {
            account,
            journal,
            containers: RwLock::default(),
            service_properties: Mutex::new(ServiceProperties::new(SECTIONS)),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, Containers> {
        self.containers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Containers> {
        self.containers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The properties of its Blob service, locked.
    pub fn service_properties(&self) -> MutexGuard<'_, ServiceProperties> {
        self.service_properties
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The container, or 404.
    pub fn container(&self, name: &str) -> ServiceResult<Arc<BlobContainer>> {
        self.find(name).ok_or_else(Refusal::container_not_found)
    }

    /// The container if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<BlobContainer>> {
        self.read().by_name.get(name).cloned()
    }

    /// Adds a container, or 409.
    pub fn create(
        &self,
        name: &str,
        mut container: BlobContainer,
        now: Moment,
    ) -> ServiceResult<Arc<BlobContainer>> {
        let mut containers = self.write();
        if containers.by_name.contains_key(name) {
            return Err(Refusal::new(
                409,
                "ContainerAlreadyExists",
                "The specified container already exists.",
            ));
        }
        match containers.deleted.get(name) {
            Some(until) if *until > now => {
                return Err(Refusal::new(
                    409,
                    "ContainerBeingDeleted",
                    "The specified container is being deleted. Try operation later.",
                ));
            }
            _ => containers.deleted.remove(name),
        };
        self.record_changes(name, &mut container);
        // The creation is a change that is recorded like any other.
        container.lock().properties_mut();
        let container = Arc::new(container);
        containers
            .by_name
            .insert(name.to_owned(), Arc::clone(&container));
        Ok(container)
    }

    fn record_changes(&self, name: &str, container: &mut BlobContainer) {
        if let Some(journal) = &self.journal {
            container.record_to(ContainerJournal {
                journal: journal.clone(),
                account: self.account.clone(),
                container: name.to_owned(),
            });
        }
    }

    /// Adds a container of an earlier run.
    pub fn restore(&self, name: &str, mut container: BlobContainer) {
        self.record_changes(name, &mut container);
        self.write()
            .by_name
            .insert(name.to_owned(), Arc::new(container));
    }

    /// Removes a container with all blobs. Its name cannot be used again until the given time.
    pub fn remove(&self, name: &str, until: Moment) {
        let mut containers = self.write();
        if let Some(container) = containers.by_name.remove(name) {
            let mut state = container.lock();
            state.deleted = true;
            if let Some(journal) = &self.journal {
                journal.write(&BlobRecord::NoContainer(BlobPath {
                    account: self.account.clone(),
                    container: name.to_owned(),
                    blob: String::new(),
                }));
            }
            containers.deleted.insert(name.to_owned(), until);
        }
    }

    /// Removes all containers and service properties. All names can be used again.
    pub fn clear(&self, now: Moment) {
        let names: Vec<String> = self.read().by_name.keys().cloned().collect();
        for name in names {
            self.remove(&name, now);
        }
        self.write().deleted.clear();
        self.service_properties().clear();
    }

    /// Up to `max` containers from the name `from` on that begin with `prefix`, and the name where
    /// the next page begins.
    pub fn list(
        &self,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<(String, Arc<BlobContainer>)>, Option<String>) {
        let containers = self.read();
        let start = if from > prefix { from } else { prefix };
        let mut matching = containers
            .by_name
            .range::<str, _>((Bound::Included(start), Bound::Unbounded))
            .take_while(|(name, _)| name.starts_with(prefix));
        let page: Vec<_> = matching
            .by_ref()
            .take(max)
            .map(|(name, container)| (name.clone(), Arc::clone(container)))
            .collect();
        (page, matching.next().map(|(name, _)| name.clone()))
    }
}
