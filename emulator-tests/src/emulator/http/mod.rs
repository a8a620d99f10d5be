//! HTTP/1.1 as the emulator speaks it: blocking sockets, one thread per busy connection.
//!
//! ```text
//! wire (bytes) -> head (request line and headers) -> address (account and path) -> a service
//!                 body (taken by the operation)                                            |
//! wire <- response (status, headers, payload) <--------------------------------------------+
//! ```
//! Nothing in this folder knows what a blob is, or what the fault plan says; nothing outside of it
//! reads or writes a socket.

pub mod bucket;
pub mod wire;
pub mod wire_faults;

pub mod address;
pub mod body;
pub mod head;
pub mod query;
pub mod structured_body;

pub mod payload;
pub mod response;
pub mod stored_file;

pub mod handler;
pub mod peer;

pub mod fetch;
