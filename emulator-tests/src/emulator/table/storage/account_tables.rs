//! What the Table service stores for an account: tables, and the service properties.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::table_service_sections::SECTIONS;
use super::table_state::{StoredTable, TableState};
use super::throttle::Throttle;
use crate::emulator::clock::Moment;
use crate::emulator::error::{Refusal, ServiceResult};
use crate::emulator::service::journal::ServiceJournal;
use crate::emulator::service::{AccountProperties, ContainersByName, Recorded};
use crate::emulator::table::journal::{TablePath, TableRecord};
use crate::emulator::xml::Leaf;

/// The tables of one account, by their names in small letters.
#[derive(Debug)]
pub struct AccountTables {
    /// The account's name.
    account: String,
    /// Where changes are recorded.
    journal: Option<ServiceJournal>,
    tables: RwLock<ContainersByName<StoredTable>>,
    service_properties: AccountProperties,
    /// How many entities it serves.
    pub throttle: Throttle,
}

impl AccountTables {
    /// An account without tables.
    pub fn new(account: String, journal: Option<ServiceJournal>) -> Self {
        Self {
            account,
            journal,
            tables: RwLock::default(),
            service_properties: AccountProperties::new(SECTIONS),
            throttle: Throttle::default(),
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, ContainersByName<StoredTable>> {
        self.tables.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, ContainersByName<StoredTable>> {
        self.tables.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The properties of its Table service.
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
            journal.write(&TableRecord::ServiceProperties(account, document));
        }
    }

    /// The table of a name in small letters, or 404.
    pub fn table(&self, name: &str) -> ServiceResult<Arc<StoredTable>> {
        self.find(name).ok_or_else(Refusal::table_not_found)
    }

    /// The table if there is one.
    pub fn find(&self, name: &str) -> Option<Arc<StoredTable>> {
        self.read().find(name)
    }

    /// Adds a table, or 409.
    pub fn create(&self, state: TableState, now: Moment) -> ServiceResult<()> {
        let name = state.properties().name.to_ascii_lowercase();
        let mut tables = self.write();
        tables.check_free(
            &name,
            now,
            Refusal::table_already_exists,
            Refusal::table_being_deleted,
        )?;
        let table = self.recorded(&name, state);
        // The creation is a change that is recorded like any other.
        table.lock().properties_mut();
        tables.insert(&name, table);
        Ok(())
    }

    fn path(&self, name: &str) -> TablePath {
        TablePath {
            account: self.account.clone(),
            table: name.to_owned(),
        }
    }

    fn recorded(&self, name: &str, state: TableState) -> Arc<StoredTable> {
        Arc::new(Recorded::new(state, self.journal.as_ref(), self.path(name)))
    }

    /// Adds a table of an earlier run.
    pub fn restore(&self, name: &str, state: TableState) {
        let table = self.recorded(name, state);
        self.write().insert(name, table);
    }

    /// Removes a table with all entities. Its name cannot be used again until the given time.
    /// Returns whether there was one.
    pub fn remove(&self, name: &str, until: Moment) -> bool {
        let mut tables = self.write();
        let Some(table) = tables.remove(name, until) else {
            return false;
        };
        let mut state = table.lock();
        state.deleted = true;
        if let Some(journal) = &self.journal {
            journal.write(&TableRecord::NoTable(self.path(name)));
        }
        true
    }

    /// Removes all tables and service properties. All names can be used again.
    pub fn clear(&self, now: Moment) {
        let names = self.read().names();
        for name in names {
            self.remove(&name, now);
        }
        self.write().free_deleted();
        self.service_properties
            .clear(|document| self.record_service_properties(document));
    }

    /// The tables from the name `from` on, by their names in small letters.
    pub fn list(&self, from: &str) -> Vec<(String, Arc<StoredTable>)> {
        self.read().page("", from, usize::MAX).0
    }
}
