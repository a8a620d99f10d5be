//! An emulator of Azure Blob Storage that answers as the real service does, runs at benchmark speed, and can be made ill.
//!
//! ```no_run
//! use azring_emulator_tests::emulator::{Options, Server};
//! let server = Server::start(&Options::default())?;
//! println!("{}/devstoreaccount1", server.blob_url());
//! # Ok::<(), azring_emulator_tests::emulator::StartError>(())
//! ```
//! A connection's thread cuts a request's head ([`http`]), the service finds out who asks ([`auth`]) and what for
//! ([`blob`]), the operation takes or gives bytes ([`store`]), and the same thread sends the answer.
//! It shares no code with azring itself: it is the second opinion on what azring sends.

pub mod behaviour;
pub mod connection_register;
pub mod idle;
pub mod listener;
mod options;
pub mod server;
pub mod services;
pub mod start_error;
pub mod tls;

pub mod blob;

pub mod service;
pub mod service_names;

pub mod auth;
pub mod control;
pub mod fault;
pub mod watch;

pub mod http;
pub mod store;

pub mod clock;
pub mod continuation;
pub mod digest;
pub mod error;
pub mod version;
pub mod xml;

pub use behaviour::{Behaviour, CopyHabit, CopyOutcome, ListingHabit, StartFrom};
pub use blob::PatternBlob;
pub use options::{
    AccountOption, DEVELOPMENT_ACCOUNT, DEVELOPMENT_KEY, Options, StoreChoice, TlsChoice,
};
pub use server::Server;
pub use start_error::StartError;
