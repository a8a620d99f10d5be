//! What the services of a storage account have in common: the wire, and the shapes of longer work.
//!
//! The wire is XML, pages, dates, ranges, conditions, checksums and properties. A shape is a
//! procedure that a store completes with its requests and rules: `ranged_reader` reads an object in
//! ranges, `positioned_writer` writes one in ranges, `visible_progress` resumes one that is visible
//! from its first byte on, `async_copy` lets the service copy one, `page_feed` reads a list ahead of its
//! consumer, `make_if_missing` and `root` make what a copy writes into. Nothing here is about one service alone.

pub mod checksum;

pub mod conditions;

pub mod range;

pub mod date;

pub(crate) mod iso_time;

pub mod xml;

pub mod page;

pub mod properties;

mod refusal;

pub(crate) mod make_if_missing;

pub(crate) mod root;

pub(crate) mod continuation;

pub(crate) mod listed_version;

pub(crate) mod missing;

pub(crate) mod one_object;

pub(crate) mod document;

pub(crate) mod page_feed;

pub(crate) mod ranged_reader;

pub(crate) mod visible_progress;

pub(crate) mod positioned_writer;

pub(crate) mod copy_state;

mod get_user_delegation_key;

pub(crate) mod user_delegation;

pub(crate) mod source_access;

pub(crate) mod source_failure;

pub(crate) mod poll_interval;

pub(crate) mod async_copy;

pub(crate) use refusal::{is_archived, is_leased, lacks_feature, malformed, not_ours, removed};
