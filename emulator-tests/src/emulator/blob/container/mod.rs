//! Operations on a container, one per file.

pub mod create;
pub mod delete;
pub mod get_properties;
pub mod list_blobs;
