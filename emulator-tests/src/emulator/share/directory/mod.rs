//! Calls on a directory.

pub mod create;
pub mod delete;
pub mod list;

pub mod handles;

pub mod metadata;
pub mod properties;
