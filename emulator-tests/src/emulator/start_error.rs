//! Why an emulator does not start.

use std::io;

/// Why an emulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or the address belongs to another machine.
    #[error("cannot listen on `{address}`: {error}")]
    Listen {
        /// The address that was asked for.
        address: String,
        /// The system's error.
        error: io::Error,
    },
    /// The certificate or key cannot be used.
    #[error("{0}")]
    Certificate(String),
    /// An option cannot be used, or two options contradict each other.
    #[error("{0}")]
    Options(String),
}
