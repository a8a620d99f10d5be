//! The REST calls of Blob storage, one per file: the request, and how its answer is read.
//!
//! Every builder takes the place and plain values, and returns a
//! [`Request`](azring_transport::http::Request) that can be sent any number of times. No IO.

pub mod create_container;

pub mod get_container_properties;

pub mod get_service_properties;

pub mod get_account_information;

pub mod list_blobs;

pub mod list_containers;

pub mod head_blob;

pub mod get_blob;

pub mod put_blob;

pub mod create_blob;

pub mod put_page;

pub mod append_block;

pub mod get_page_ranges;

pub mod set_blob_metadata;
pub mod set_blob_properties;

pub mod set_blob_tier;

pub mod set_blob_tags;

pub mod get_blob_tags;

mod tags_document;

pub mod put_block;

pub mod get_block_list;

pub mod put_block_list;

pub mod put_block_from_url;

pub mod copy_blob;

pub mod delete_blob;

pub mod batch;

#[cfg(test)]
mod tests;
