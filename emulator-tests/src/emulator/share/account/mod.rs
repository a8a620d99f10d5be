//! Calls on the account.

pub mod list_shares;
pub mod service_properties;
