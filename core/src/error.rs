//! Why a copy, or one object of it, did not happen.

use azring_transport as transport;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a run (nothing could start or go on) or of one object (the others go on). Messages are lower case,
/// without a full stop, with names in backticks.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// What was asked for makes no sense: a malformed URL, a value out of range, options that exclude each other.
    #[error("{0}")]
    Usage(String),
    /// A name that cannot exist at the destination or must not be written there.
    #[error("{0}")]
    Name(String),
    /// The source is not what it was when it was listed or first read.
    #[error("source might be changed by other process or application: {0}")]
    Changed(String),
    /// The bytes that arrived are not the bytes the service holds.
    #[error("{0}")]
    Integrity(String),
    /// The service was to copy an object by itself, and did not.
    #[error("{0}")]
    Copy(String),
    /// The disk, the network or the service failed.
    #[error(transparent)]
    Transport(#[from] transport::Error),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] crate::journal::Error),
    /// The run was called off before this was done.
    #[error("the transfer has been cancelled")]
    Stopped,
    /// The same of an object that the service copies by itself: it does so still. Carries the service's name for the copy.
    #[error(
        "the transfer has been cancelled, but the service goes on copying by itself (copy id `{0}`)"
    )]
    StillCopying(String),
}

impl Error {
    /// AzCopy's words for a blob that cannot be replaced by one of another type.
    pub(crate) fn other_type(name: impl std::fmt::Display) -> Self {
        Self::Usage(format!(
            "`{name}`: user specified blob type does not match the blob type of the existing destination blob"
        ))
    }

    /// The HTTP status behind it, if a service answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Transport(error) => error.status(),
            _ => None,
        }
    }
}
