//! The service properties of one account, and what every request needs of them without a lock.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::service_properties::{SectionFormats, ServiceProperties};
use crate::emulator::error::ServiceResult;
use crate::emulator::xml::{self, Leaf};

/// The service properties of one account. A change is recorded before the lock is released.
#[derive(Debug)]
pub struct AccountProperties {
    properties: Mutex<ServiceProperties>,
    /// The days of the deletion policy, so that writes need not lock the properties.
    retention_days: AtomicU32,
    /// Whether there are CORS rules.
    has_cors_rules: AtomicBool,
}

impl AccountProperties {
    /// Properties of which nothing is set yet.
    pub fn new(formats: SectionFormats) -> Self {
        Self {
            properties: Mutex::new(ServiceProperties::new(formats)),
            retention_days: AtomicU32::new(0),
            has_cors_rules: AtomicBool::new(false),
        }
    }

    /// The properties, locked.
    pub fn lock(&self) -> MutexGuard<'_, ServiceProperties> {
        self.properties
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the sections that a request names. `record` gets the document of all sections.
    pub fn set(&self, leaves: Vec<Leaf>, record: impl FnOnce(String)) -> ServiceResult<()> {
        let mut properties = self.lock();
        properties.merge(leaves)?;
        self.follow(&properties);
        record(properties.document());
        Ok(())
    }

    /// Sets the document of an earlier run.
    pub fn restore(&self, document: &str) -> io::Result<()> {
        let mut properties = self.lock();
        let leaves = xml::read_leaves(document.as_bytes());
        let merged = leaves.and_then(|leaves| properties.merge(leaves));
        merged.map_err(|refusal| io::Error::other(refusal.message))?;
        self.follow(&properties);
        Ok(())
    }

    /// Forgets all sections. `record` gets an empty document.
    pub fn clear(&self, record: impl FnOnce(String)) {
        let mut properties = self.lock();
        properties.clear();
        self.follow(&properties);
        record(String::new());
    }

    /// How long deleted blobs stay, in days; 0 if they are removed at once.
    pub fn retention_days(&self) -> u32 {
        self.retention_days.load(Ordering::Acquire)
    }

    /// Whether there are CORS rules.
    pub fn has_cors_rules(&self) -> bool {
        self.has_cors_rules.load(Ordering::Acquire)
    }

    fn follow(&self, properties: &ServiceProperties) {
        self.retention_days
            .store(properties.retention_days(), Ordering::Release);
        self.has_cors_rules
            .store(!properties.cors_rules().is_empty(), Ordering::Release);
    }
}
