//! Calls on a blob, one per file.

pub mod get_block_list;
pub mod put_blob;
pub mod put_blob_from_url;
pub mod put_block;
pub mod put_block_list;

pub mod append_block;
pub mod get_page_ranges;
pub mod put_page;

pub mod get_blob;
pub mod get_properties;
pub mod metadata;
pub mod set_properties;
pub mod set_tier;
pub mod tags;

pub mod abort_copy;
pub mod copy;
pub mod delete;
pub mod lease;
pub mod snapshot;
pub mod undelete;
