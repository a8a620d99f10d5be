//! Calls on a container, one per file.

pub mod acl;
pub mod create;
pub mod delete;
pub mod get_properties;
pub mod lease;
pub mod restore;
pub mod set_metadata;

pub mod folder_page;
pub mod list_blobs;
pub mod page;
