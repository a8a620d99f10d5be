//! What the Table service stores: accounts have tables, tables have entities.
//!
//! Each table has one lock. A body is received before the table is locked, and a page is written
//! after it is unlocked. Changes are recorded before the lock is released; `restore` makes tables
//! from the records of an earlier run.

pub mod account_tables;
pub mod table_service_sections;
pub mod table_state;
pub mod throttle;

pub mod restore;

pub use account_tables::AccountTables;
pub use restore::restore;
pub use table_state::{StoredTable, TableState};
pub use throttle::Throttle;
