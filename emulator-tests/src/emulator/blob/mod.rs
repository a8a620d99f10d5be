//! The Blob service: from a request's head to the operation that serves it, and back to headers.
//!
//! ```text
//! service (who? may they?) -> operation (which REST call) -> account/ container/ object/ (one file per call) -> state/
//! ```
//! Every operation is a function of a [`call::Call`] and the body; it returns a response or a refusal.

pub mod service;

pub mod first_blobs;

pub mod call;
pub mod names;
pub mod operation;

pub mod conditions;
pub mod guard;
pub mod headers;
pub mod lease_request;
pub mod range;
pub mod source;
pub mod tag_query;

pub mod account;
pub mod batch;
pub mod container;
pub mod listing;
pub mod object;

pub mod journal;
pub mod state;

pub use service::BlobService;
