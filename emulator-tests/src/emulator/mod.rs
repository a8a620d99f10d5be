//! An emulator of Azure Storage for tests: it answers as the real service does, is fast enough for
//! benchmarks, and has faults on demand.
//!
//! ```no_run
//! use azring_emulator_tests::emulator::{Options, Server};
//! let server = Server::start(&Options::default())?;
//! println!("{}/devstoreaccount1", server.blob_url());
//! # Ok::<(), azring_emulator_tests::emulator::StartError>(())
//! ```
//! A connection's thread ([`connection`]) parses a request's head ([`http`]), the service authorizes it ([`auth`])
//! and finds its call ([`service`], [`blob`]), the call receives or returns bytes ([`store`]), and
//! the same thread sends the answer. The emulator shares no code with azring itself, so that no
//! mistake is hidden on both sides.

pub mod behaviour;
pub mod connection;
mod options;
pub mod pattern_blob;
pub mod pattern_table;
pub mod server;
pub mod services;
pub mod start_error;
pub mod tls;

pub mod blob;
pub mod share;
pub mod table;

pub mod service;
pub mod service_names;

pub mod auth;
pub mod identity;

pub mod control;
pub mod fault;
pub mod watch;

pub mod http;
pub mod store;

pub mod clock;
pub mod continuation;
pub mod digest;
pub mod error;
pub mod pattern;
pub mod version;
pub mod xml;

pub use behaviour::{
    Behaviour, CopyBehaviour, CopyOutcome, FileMode, ListingBehaviour, StartFrom, TableBehaviour,
};
pub use options::{
    AccountOption, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, IdentityOptions, Options, StoreChoice,
    TlsChoice,
};
pub use pattern_blob::PatternBlob;
pub use pattern_table::PatternTable;
pub use server::Server;
pub use start_error::StartError;
