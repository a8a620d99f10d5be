//! The client of a connection, for authorization and the log.

use std::net::SocketAddr;

/// The client, and how it is connected.
#[derive(Debug, Clone, Copy)]
pub struct Peer {
    /// The client's address.
    pub address: SocketAddr,
    /// The connection's number since the server started.
    pub connection: u64,
    /// The connection is under TLS.
    pub secure: bool,
}
