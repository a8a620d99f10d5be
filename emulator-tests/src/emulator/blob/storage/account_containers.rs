//! What the Blob service stores for an account: containers, and the service properties.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::container::{BlobContainer, ContainerState};
use super::deleted_containers::{DeletedContainer, DeletedContainers};
use super::service_property_sections::SECTIONS;
use crate::emulator::blob::journal::{BlobPath, BlobRecord};
use crate::emulator::blob::state::Deletion;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::{AccountProperties, ContainersByName, Lease, Recorded};
use crate::emulator::store::RemovalHold;
use crate::emulator::xml::Leaf;

/// The containers of one account.
#[derive(Debug)]
pub struct AccountContainers {
    /// The account's name.
    account: String,
    /// Where changes are recorded.
    journal: Option<ServiceJournal>,
    containers: RwLock<Containers>,
    service_properties: AccountProperties,
}

#[derive(Debug, Default)]
struct Containers {
    present: ContainersByName<BlobContainer>,
    /// Deleted containers that can be restored.
    restorable: DeletedContainers,
}

impl AccountContainers {
    /// An account without containers.
    pub fn new(account: String, journal: Option<ServiceJournal>) -> Self {
        Self {
            account,
            journal,
            containers: RwLock::default(),
            service_properties: AccountProperties::new(SECTIONS),
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

    /// The properties of its Blob service.
    pub fn service_properties(&self) -> &AccountProperties {
        &self.service_properties
    }

    /// Replaces the sections that a document names.
    pub fn set_service_properties(&self, leaves: Vec<Leaf>) -> ServiceResult<()> {
        self.service_properties
            .set(leaves, |document| self.record_service_properties(document))
    }

    fn record_service_properties(&self, document: String) {
        let account = self.account.clone();
        self.write_record(&BlobRecord::ServiceProperties(account, document));
    }

    /// The container, or 404.
    pub fn container(&self, name: &str) -> ServiceResult<Arc<BlobContainer>> {
        self.find(name).ok_or_else(Refusal::container_not_found)
    }

    /// The container if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<BlobContainer>> {
        self.read().present.find(name)
    }

    /// Adds a container, or 409.
    pub fn create(
        &self,
        name: &str,
        container: ContainerState,
        now: Moment,
    ) -> ServiceResult<Arc<BlobContainer>> {
        let mut containers = self.write();
        let present = &mut containers.present;
        present.check_free(name, now, already_exists, being_deleted)?;
        let container = self.recorded(name, container);
        // The creation is a change that is recorded like any other.
        container.lock().properties_mut();
        present.insert(name, Arc::clone(&container));
        Ok(container)
    }

    fn recorded(&self, name: &str, container: ContainerState) -> Arc<BlobContainer> {
        Arc::new(Recorded::new(
            container,
            self.journal.as_ref(),
            self.path(name),
        ))
    }

    /// Adds a container of an earlier run, which may be a deleted one.
    pub fn restore(
        &self,
        name: &str,
        container: ContainerState,
        deleted: Option<(String, Deletion)>,
    ) {
        let container = self.recorded(name, container);
        let mut containers = self.write();
        let Some((version, deletion)) = deleted else {
            containers.present.insert(name, container);
            return;
        };
        container.lock().deleted = true;
        let deleted = DeletedContainer {
            container,
            deletion,
        };
        containers.restorable.insert(name, version, deleted);
    }

    /// Removes a container with all blobs. Its name cannot be used again until the given time. With
    /// a deletion it can be restored.
    pub fn remove(&self, name: &str, until: Moment, deletion: Option<Deletion>) {
        let mut containers = self.write();
        let Some(container) = containers.present.remove(name, until) else {
            return;
        };
        container.lock().deleted = true;
        let path = self.path(name);
        match deletion {
            None => self.write_record(&BlobRecord::NoContainer(path)),
            Some(deletion) => {
                let restorable = &mut containers.restorable;
                let version = restorable.new_version(name, deletion.at);
                self.write_record(&BlobRecord::DeletedContainer(
                    path,
                    version.clone(),
                    deletion,
                ));
                let deleted = DeletedContainer {
                    container,
                    deletion,
                };
                restorable.insert(name, version, deleted);
            }
        }
    }

    /// Restores a deleted container, or refuses.
    pub fn undelete(
        &self,
        name: &str,
        version: &str,
        now: Moment,
    ) -> ServiceResult<Arc<BlobContainer>> {
        self.expire(now);
        let mut containers = self.write();
        if containers.present.find(name).is_some() {
            return Err(already_exists());
        }
        let deleted = containers.restorable.remove(name, version);
        let container = deleted.ok_or_else(Refusal::container_not_found)?.container;
        self.write_record(&BlobRecord::RestoredContainer(
            self.path(name),
            version.to_owned(),
        ));
        {
            let mut state = container.lock();
            state.deleted = false;
            // A lease ends with the deletion.
            state.properties_mut().lease = Lease::default();
        }
        containers.present.insert(name, Arc::clone(&container));
        Ok(container)
    }

    /// The deleted containers that can be restored: name, version and container.
    pub fn restorable(&self, prefix: &str, now: Moment) -> Vec<(String, String, DeletedContainer)> {
        self.expire(now);
        self.read().restorable.list(prefix)
    }

    fn expire(&self, now: Moment) {
        let _hold = self.hold_removals();
        let over = self.write().restorable.expire(now);
        self.note_expired(over);
    }

    fn note_expired(&self, over: Vec<(String, String)>) {
        for (name, version) in over {
            self.write_record(&BlobRecord::ExpiredContainer(self.path(&name), version));
        }
    }

    fn path(&self, container: &str) -> BlobPath {
        BlobPath {
            account: self.account.clone(),
            container: container.to_owned(),
            blob: String::new(),
        }
    }

    /// Keeps the bodies of containers that are dropped until their removal is recorded.
    fn hold_removals(&self) -> Option<RemovalHold> {
        self.journal.as_ref().map(ServiceJournal::hold_removals)
    }

    fn write_record(&self, record: &BlobRecord) {
        if let Some(journal) = &self.journal {
            journal.write(record);
        }
    }

    /// Removes all containers and service properties. All names can be used again.
    pub fn clear(&self, now: Moment) {
        let names = self.read().present.names();
        for name in names {
            self.remove(&name, now, None);
        }
        let _hold = self.hold_removals();
        let mut containers = self.write();
        containers.present.free_deleted();
        self.note_expired(containers.restorable.clear());
        drop(containers);
        self.service_properties
            .clear(|document| self.record_service_properties(document));
    }

    /// Up to `max` containers from the name `from` on that begin with `prefix`, and the name where
    /// the next page begins.
    pub fn list(
        &self,
        prefix: &str,
        from: &str,
        max: usize,
    ) -> (Vec<(String, Arc<BlobContainer>)>, Option<String>) {
        self.read().present.page(prefix, from, max)
    }
}

fn already_exists() -> Refusal {
    Refusal::new(
        409,
        "ContainerAlreadyExists",
        "The specified container already exists.",
    )
}

fn being_deleted() -> Refusal {
    Refusal::new(
        409,
        "ContainerBeingDeleted",
        "The specified container is being deleted. Try operation later.",
    )
}
