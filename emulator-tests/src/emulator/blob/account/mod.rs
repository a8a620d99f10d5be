//! Calls on an account, one per file.

pub mod find_by_tags;
pub mod information;
pub mod list_containers;
pub mod service_properties;
