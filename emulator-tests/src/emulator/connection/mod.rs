//! Connections: from the listening socket to the last answer.
//!
//! ```text
//! listener -> connection_register -> request_loop -> exchange (fault plan, service, log record)
//!    ^                                    |
//!    +-------- idle (no thread) <---------+
//! ```
//! A connection's thread reads one request after the other. This folder knows the fault plan and
//! the log; the services know neither.

pub mod listener;

pub mod connection_register;
pub mod idle;

pub mod exchange;
pub mod request_loop;

pub use listener::Listener;
