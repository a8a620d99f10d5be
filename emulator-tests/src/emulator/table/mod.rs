//! The Table service: its addresses, its REST calls, and its state.
//!
//! ```text
//! operations (what the service is) -> operation (which call) -> dispatch (which function)
//!     -> account/ whole_table/ entity/ batch/ (one file per call) -> storage/ (locks, journal) -> state/
//! ```
//! Every call is a function of a [`call::TableCall`] and the body. It returns a response or a
//! refusal. Requests and answers are JSON ([`json`]) of typed values ([`value`]); queries have a
//! [`filter`].

pub mod dispatch;
pub mod operations;

pub mod call;
pub mod operation;
pub mod permissions;
pub mod target;

pub mod answer;
pub mod page_token;

pub mod account;
pub mod whole_table;

pub mod batch;
pub mod entity;

pub mod storage;

pub mod journal;

pub mod filter;
pub mod limits;
pub mod state;

pub mod json;
pub mod value;

pub mod error;
pub mod names;

pub use operations::TableOperations;
