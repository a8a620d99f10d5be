//! Operations on an account, one per file.

pub mod list_containers;
