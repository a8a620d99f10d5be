//! The File service (Azure Files): its addresses, its REST calls, and its state.
//!
//! ```text
//! operations (what the service is) -> operation (which call) -> dispatch (which function)
//!     -> account/ whole_share/ directory/ file/ (one file per call) -> storage/ (locks, journal) -> state/
//! ```
//! Every call is a function of a [`call::ShareCall`] and the body. It returns a response or a
//! refusal. Where the real service refuses what an older client or a newer one leaves out, the mode
//! `peer` of the behaviour is lenient.

pub mod dispatch;
pub mod operations;

pub mod initial_files;

pub mod call;
pub mod find;
pub mod operation;
pub mod target;

pub mod headers;
pub mod node_metadata;
pub mod rename;
pub mod smb_request;
pub mod source;
pub mod structured_body;
pub mod unsupported_headers;
pub mod version_rules;

pub mod account;
pub mod directory;
pub mod file;
pub mod whole_share;

pub mod storage;

pub mod journal;
pub mod state;

pub mod error;
pub mod names;

pub use operations::ShareOperations;
