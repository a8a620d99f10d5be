//! Blob storage as a store. `rules` tells what it allows, `request` holds its REST calls, one per file and without IO,
//! `properties` reads what an answer says about a blob.

pub mod rules;

pub mod properties;

pub mod block_id;

pub mod request;
