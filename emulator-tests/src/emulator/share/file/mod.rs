//! Calls on a file.

pub mod copy;
pub mod create;
pub mod delete;
pub mod get;

pub mod list_ranges;
pub mod put_range;

pub mod lease;

pub mod metadata;
pub mod properties;
