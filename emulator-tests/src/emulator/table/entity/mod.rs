//! Calls on entities. A change is read and checked before its table is locked, by itself or as one
//! of a batch.

pub mod change;
pub mod delete;
pub mod get;
pub mod insert;
pub mod query;
pub mod update;

pub use change::EntityChangeRequest;
