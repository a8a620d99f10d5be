//! The engine of azring: it moves bytes between memory, disk and network.
//!
//! The modules are listed in the order in which a byte of an upload meets them. A worker thread
//! ([`runtime`]) owns a ring, or plain threads where the kernel refuses a ring, and a small
//! [`buffer::Pool`] of aligned memory that is registered with the ring. A task takes a
//! [`buffer::Lease`] from the pool and [`disk`] fills it from a file. The frozen buffer itself is
//! the body of an [`http::Request`]. Where no checksum is needed before the request, the body is
//! read from the file in slices while it is sent. [`client::Client`] authorizes the request, sends
//! it over a kept-alive connection, and sends it again where the error allows that. A download
//! copies each byte once: from the connection into a lease. One large write takes the lease to the
//! disk.
//!
//! [`service`] holds what distinguishes blob, share and table storage below their operations.
//! [`http::Expected`] compares an answer with its request before its body is used. [`descriptor`]
//! keeps files and sockets within the limit of the process. [`login`] obtains tokens from Microsoft
//! Entra ID, over connections of its own.
//!
//! This crate does not know what a blob, a pattern or a copy is. No other crate knows that there is
//! an `io_uring`.

pub mod runtime;

pub mod descriptor;

pub mod buffer;

pub mod disk;

pub mod service;

pub mod auth;

pub mod http;

pub mod net;

pub mod tls;

pub mod retry;

pub mod traffic;

pub mod md5;

pub mod clock;

pub mod client;

pub mod login;

mod endpoint;

mod error;

pub use client::{Client, Settings};
pub use error::{Blame, Error, Kind, Result};
