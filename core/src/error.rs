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
    /// A credential that cannot serve for what is to be done, found before a request was sent.
    #[error("{0}")]
    Credential(String),
    /// What was named is not there.
    #[error("{0}")]
    NotFound(String),
    /// A name that cannot exist at the destination or must not be written there.
    #[error("{0}")]
    Name(String),
    /// The source is not what it was when it was listed or first read.
    #[error("source might be changed by other process or application: {0}")]
    Changed(String),
    /// The target is not what it was when it was looked at, or first written: somebody else wrote to it.
    #[error("{0}")]
    TargetChanged(String),
    /// The bytes that arrived are not the bytes the service holds.
    #[error("{0}")]
    Integrity(String),
    /// The service was to copy an object by itself, and did not.
    #[error("{0}")]
    Copy(String),
    /// The disk, the network or the service failed.
    #[error(transparent)]
    Transport(transport::Error),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] crate::journal::Error),
    /// The same, and which end of the copy cannot be used because of it.
    #[error("{1}")]
    At(Side, Box<Self>),
    /// The run was called off before this was done.
    #[error("the transfer has been cancelled")]
    Stopped,
    /// The same of an object that the service copies by itself: it does so still. Carries the service's name for the copy.
    #[error(
        "the transfer has been cancelled, but the service goes on copying by itself (copy id `{0}`)"
    )]
    StillCopying(String),
}

/// One end of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Where objects come from.
    Source,
    /// Where they go.
    Target,
}

impl From<transport::Error> for Error {
    fn from(error: transport::Error) -> Self {
        match error.kind() {
            transport::Kind::Shortened | transport::Kind::Changed => {
                Self::Changed(error.message().to_owned())
            }
            transport::Kind::Stopped => Self::Stopped,
            _ => Self::Transport(error),
        }
    }
}

impl Error {
    /// An end of the copy cannot be used because of this. What is about this machine or about the command is about
    /// neither end.
    pub(crate) fn at(self, side: Side) -> Self {
        use transport::Kind;

        let is_elsewhere = match &self {
            Self::Transport(error) => matches!(
                error.kind(),
                Kind::Limit | Kind::Stopped | Kind::Integrity | Kind::Invalid
            ),
            Self::Credential(_) => false,
            _ => true,
        };
        if is_elsewhere {
            self
        } else {
            Self::At(side, Box::new(self))
        }
    }

    /// It is not about one object: an end of the copy cannot be reached, so that no other object would fare better.
    pub(crate) fn ends_run(&self) -> bool {
        match self.bare() {
            Self::Transport(error) => error.kind() == transport::Kind::Unreachable,
            _ => false,
        }
    }

    /// Which end of the copy it is about, where it is about one.
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::At(side, _) => Some(*side),
            _ => None,
        }
    }

    /// The error itself, whichever end it is about.
    pub fn bare(&self) -> &Self {
        match self {
            Self::At(_, error) => error.bare(),
            error => error,
        }
    }

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
            Self::At(_, error) => error.status(),
            _ => None,
        }
    }
}
