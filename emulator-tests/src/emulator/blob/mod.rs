//! The Blob service: its addresses, its REST calls, and its state.
//!
//! ```text
//! operations (what the service is) -> operation (which call) -> dispatch (which function)
//!     -> account/ container/ object/ batch/ (one file per call) -> storage/ (locks, journal) -> state/
//! ```
//! Every call is a function of a [`call::BlobCall`] and the body. It returns a response or a
//! refusal.

pub mod dispatch;
pub mod operations;

pub mod initial_blobs;

pub mod call;
pub mod error;
pub mod names;
pub mod operation;
pub mod public_access;
pub mod target;

pub mod encryption;
pub mod headers;
pub mod hierarchy;
pub mod preconditions;
pub mod source;
pub mod start_from;
pub mod tag_expression;
pub mod tag_query;
pub mod tier_rules;
pub mod unsupported_headers;

pub mod account;
pub mod batch;
pub mod container;
pub mod object;

pub mod storage;

pub mod journal;
pub mod state;

pub use operations::BlobOperations;
