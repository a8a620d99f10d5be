//! Bytes between memory, disk and network: the engine below azring.
//!
//! The story, in the order a byte of an upload travels: a [`runtime::Worker`] thread owns a ring (or plain threads,
//! where the kernel refuses one) and a small [`buffer::Pool`] of aligned memory that the ring has registered. A task
//! takes a [`buffer::Lease`] from the pool, [`disk`] fills it from a file, and the frozen buffer itself becomes the
//! body of an [`http::Request`] (or, where nobody needs to know the bytes before, slices of the file that are read
//! while it is sent), which [`client::Client`] signs, sends over a kept-alive connection, judges and, where the
//! verdict says so, sends again. A download goes the other way with one copy: from the connection into a lease, from
//! the lease to the disk in one large write.
//!
//! An answer is compared with its request before its body is used ([`http::Expected`]). Files and sockets keep within the
//! limit of the process ([`descriptor`]).
//!
//! Nothing here knows what a blob, a pattern or a copy is; nothing above knows that there is an `io_uring`.

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

mod endpoint;

mod error;

pub use client::{Client, Settings};
pub use error::{Blame, Error, Kind, Result};
