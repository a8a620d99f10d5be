//! Calls on the account.

pub mod create_table;
pub mod query_tables;
pub mod service_properties;
