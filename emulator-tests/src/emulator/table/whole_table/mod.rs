//! Calls on a table as a whole.

pub mod acl;
pub mod delete;
pub mod get;
