//! The records of the Table service. All changes of entities by one request are one record, so that
//! a transaction is restored whole or not at all.

use serde::{Deserialize, Serialize};

use crate::emulator::table::state::{EntityKey, StoredEntity, TableProperties};

/// Which table a record is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TablePath {
    /// Account.
    pub account: String,
    /// Table, in small letters.
    pub table: String,
}

/// An entity as it is after a change; `None` if it was deleted.
pub type EntityChange = (EntityKey, Option<StoredEntity>);

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum TableRecord {
    /// A table exists, with these properties.
    Table(TablePath, TableProperties),
    /// A table was deleted, with all entities.
    NoTable(TablePath),
    /// Entities were written and deleted together.
    Entities(TablePath, Vec<EntityChange>),
    /// The properties of the service for this account are those of a document.
    ServiceProperties(String, String),
}
