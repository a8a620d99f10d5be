//! What the File service stores for an account: shares, and the service properties.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::file_service_sections::SECTIONS;
use super::share_state::{FileShare, ShareState};
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::{AccountProperties, ContainersByName, Recorded};
use crate::emulator::share::journal::{SharePath, ShareRecord};
use crate::emulator::share::state::tree;
use crate::emulator::xml::Leaf;

/// The shares of one account.
#[derive(Debug)]
pub struct AccountShares {
    /// The account's name.
    account: String,
    /// Where changes are recorded.
    journal: Option<ServiceJournal>,
    shares: RwLock<ContainersByName<FileShare>>,
    service_properties: AccountProperties,
}

impl AccountShares {
    /// An account without shares.
    pub fn new(account: String, journal: Option<ServiceJournal>) -> Self {
        Self {
            account,
            journal,
            shares: RwLock::default(),
            service_properties: AccountProperties::new(SECTIONS),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ContainersByName<FileShare>> {
        self.shares.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ContainersByName<FileShare>> {
        self.shares.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The properties of its File service.
    pub fn service_properties(&self) -> &AccountProperties {
        &self.service_properties
    }

    /// Replaces the sections that a document names.
    pub fn set_service_properties(&self, leaves: Vec<Leaf>) -> ServiceResult<()> {
        self.service_properties
            .set(leaves, |document| self.record_service_properties(document))
    }

    fn record_service_properties(&self, document: String) {
        if let Some(journal) = &self.journal {
            let account = self.account.clone();
            journal.write(&ShareRecord::ServiceProperties(account, document));
        }
    }

    /// The share, or 404.
    pub fn share(&self, name: &str) -> ServiceResult<Arc<FileShare>> {
        self.find(name).ok_or_else(Refusal::share_not_found)
    }

    /// The share if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<FileShare>> {
        self.read().find(name)
    }

    /// Adds a share, or 409.
    pub fn create(
        &self,
        name: &str,
        state: ShareState,
        now: Moment,
    ) -> ServiceResult<Arc<FileShare>> {
        let mut shares = self.write();
        shares.check_free(name, now, already_exists, being_deleted)?;
        let share = self.recorded(name, state);
        // The creation is a change that is recorded like any other.
        let mut state = share.lock();
        state.properties_mut();
        state.change(tree::ROOT, |_| ());
        drop(state);
        shares.insert(name, Arc::clone(&share));
        Ok(share)
    }

    fn path(&self, name: &str) -> SharePath {
        SharePath {
            account: self.account.clone(),
            share: name.to_owned(),
        }
    }

    fn recorded(&self, name: &str, state: ShareState) -> Arc<FileShare> {
        Arc::new(Recorded::new(state, self.journal.as_ref(), self.path(name)))
    }

    /// Adds a share of an earlier run.
    pub fn restore(&self, name: &str, state: ShareState) {
        let share = self.recorded(name, state);
        self.write().insert(name, share);
    }

    /// Removes a share with all files. Its name cannot be used again until the given time.
    pub fn remove(&self, name: &str, until: Moment) {
        let mut shares = self.write();
        if let Some(share) = shares.remove(name, until) {
            let mut state = share.lock();
            state.deleted = true;
            if let Some(journal) = &self.journal {
                journal.write(&ShareRecord::NoShare(self.path(name)));
            }
        }
    }

    /// Removes all shares and service properties. All names can be used again.
    pub fn clear(&self, now: Moment) {
        let names = self.read().names();
        for name in names {
            self.remove(&name, now);
        }
        self.write().free_deleted();
        self.service_properties
            .clear(|document| self.record_service_properties(document));
    }

    /// The shares from the name `from` on that begin with `prefix`.
    pub fn list(&self, prefix: &str, from: &str) -> Vec<(String, Arc<FileShare>)> {
        self.read().page(prefix, from, usize::MAX).0
    }
}

fn already_exists() -> Refusal {
    Refusal::new(
        409,
        "ShareAlreadyExists",
        "The specified share already exists.",
    )
}

fn being_deleted() -> Refusal {
    Refusal::new(
        409,
        "ShareBeingDeleted",
        "The specified share is being deleted. Try operation later.",
    )
}
