//! What differs in accounts with a hierarchical namespace (Data Lake Storage Gen2).
//!
//! Their directories are objects: a write makes the missing ones above it (`directories`), and a listing
//! has them folder by folder (`container/folder_page`). Some features are missing (`features`).
//!
#![doc = include_str!("HIERARCHY.md")]

mod directories;
mod features;
mod names;

pub use directories::{
    check_empty, is_directory, make_missing, make_parents, not_on_directory, resource_type,
    with_mark,
};
pub use features::check as check_features;
pub use names::own_target;

/// What is modelled, for users.
pub const MODELLED: &str = include_str!("HIERARCHY.md");
