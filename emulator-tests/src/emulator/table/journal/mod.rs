//! The records of the Table service in the journal.

pub mod record;

pub use record::{EntityChange, TablePath, TableRecord};
