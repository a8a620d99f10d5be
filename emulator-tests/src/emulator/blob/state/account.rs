//! An account: its keys and its containers.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::container::{Book, Container};
use super::service_properties::ServiceProperties;
use crate::emulator::blob::journal::Journal;
use crate::emulator::blob::journal::record::{Place, Record};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Answer, Refusal};

/// One storage account.
pub struct Account {
    /// Its name.
    pub name: String,
    /// Its keys, decoded: at least one.
    pub keys: Vec<Vec<u8>>,
    /// Where changes are written down.
    pub journal: Option<Arc<Journal>>,
    containers: RwLock<Containers>,
    service_properties: Mutex<ServiceProperties>,
}

#[derive(Default)]
struct Containers {
    by_name: BTreeMap<String, Arc<Container>>,
    /// Names of deleted containers, and until when they stay taken.
    going: BTreeMap<String, Moment>,
}

impl fmt::Debug for Account {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Account {{ name: {:?}, keys: **** }}", self.name)
    }
}

impl Account {
    /// An account without containers.
    pub fn new(name: String, keys: Vec<Vec<u8>>) -> Self {
        Self {
            name,
            keys,
            journal: None,
            containers: RwLock::default(),
            service_properties: Mutex::default(),
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

    /// The properties of its Blob service, for as long as the guard lives.
    pub fn service_properties(&self) -> MutexGuard<'_, ServiceProperties> {
        self.service_properties
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The container, or 404.
    pub fn container(&self, name: &str) -> Answer<Arc<Container>> {
        self.find(name).ok_or_else(Refusal::container_not_found)
    }

    /// The container if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<Container>> {
        self.read().by_name.get(name).cloned()
    }

    /// Adds a container, or 409.
    pub fn create(
        &self,
        name: &str,
        mut container: Container,
        now: Moment,
    ) -> Answer<Arc<Container>> {
        let mut containers = self.write();
        if containers.by_name.contains_key(name) {
            return Err(Refusal::new(
                409,
                "ContainerAlreadyExists",
                "The specified container already exists.",
            ));
        }
        match containers.going.get(name) {
            Some(until) if *until > now => {
                return Err(Refusal::new(
                    409,
                    "ContainerBeingDeleted",
                    "The specified container is being deleted. Try operation later.",
                ));
            }
            _ => containers.going.remove(name),
        };
        if let Some(journal) = &self.journal {
            let (account, journal) = (self.name.clone(), Arc::clone(journal));
            container.keep_book(Book {
                journal,
                account,
                container: name.to_owned(),
            });
        }
        // Being made is a change that is written down like any other.
        container.lock().facts_mut();
        let container = Arc::new(container);
        containers
            .by_name
            .insert(name.to_owned(), Arc::clone(&container));
        Ok(container)
    }

    /// Puts a container back that was written down before.
    pub fn restore(&self, name: &str, container: Container) {
        self.write()
            .by_name
            .insert(name.to_owned(), Arc::new(container));
    }

    /// Takes a container out with everything in it. Its name stays taken until the moment given.
    pub fn remove(&self, name: &str, until: Moment) {
        let mut containers = self.write();
        if let Some(container) = containers.by_name.remove(name) {
            let mut state = container.lock();
            state.deleted = true;
            if let Some(journal) = &self.journal {
                journal.write(&Record::NoContainer(Place {
                    account: self.name.clone(),
                    container: name.to_owned(),
                    blob: String::new(),
                }));
            }
            containers.going.insert(name.to_owned(), until);
        }
    }

    /// Takes all containers and service properties out. No name stays taken.
    pub fn clear(&self, now: Moment) {
        let names: Vec<String> = self.read().by_name.keys().cloned().collect();
        for name in names {
            self.remove(&name, now);
        }
        self.write().going.clear();
        *self.service_properties() = ServiceProperties::default();
    }

    /// Up to `max` containers from the name `from` on that begin with `prefix`, and the name to go on from.
    pub fn list(
        &self,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<(String, Arc<Container>)>, Option<String>) {
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
