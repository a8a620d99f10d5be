//! Operations on a blob, one per file, and what the uploads share.

pub mod upload;

pub mod get_block_list;
pub mod put_blob;
pub mod put_block;
pub mod put_block_list;

pub mod delete;
pub mod get_blob;
pub mod get_properties;
