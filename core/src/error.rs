//! Why a copy, or one object of it, failed.

use azring_transport as transport;

use crate::entry::ArchiveState;
use crate::report::ContentDifference;

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error of a run (nothing could start or go on) or of one object (the others go on).
///
/// Messages are lower case, without a full stop, with names in backticks.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The command makes no sense: a malformed URL, a value out of range, options that exclude each
    /// other.
    #[error("{0}")]
    Usage(String),
    /// A credential cannot serve for the run, which is known before any request.
    #[error("{0}")]
    Credential(String),
    /// The named object does not exist.
    #[error("{0}")]
    NotFound(String),
    /// A name cannot exist at the target, or must not be written there.
    #[error("{0}")]
    Name(String),
    /// The source has changed since it was listed or first read.
    #[error("source might be changed by other process or application: {0}")]
    Changed(String),
    /// The target has changed since it was inspected or first written: somebody else wrote to it.
    #[error("{0}")]
    TargetChanged(String),
    /// The received bytes are not the bytes that the service stores.
    #[error("{0}")]
    Integrity(String),
    /// The object is in the archive tier of its service, and cannot be read.
    #[error("{0}")]
    Archived(String),
    /// A verification found that the two sides do not have the same.
    #[error("{0}")]
    Different(ContentDifference),
    /// The service failed to copy an object by itself.
    #[error("{0}")]
    Copy(String),
    /// The disk, the network or the service failed.
    #[error(transparent)]
    Transport(transport::Error),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] crate::journal::Error),
    /// The same, with the end of the copy that cannot be used because of it.
    #[error("{1}")]
    At(Side, Box<Self>),
    /// The run was stopped before this was done.
    #[error("the transfer has been cancelled")]
    Stopped,
    /// The same for an object that the service copies by itself, and still does. It has the
    /// service's id of the copy.
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
    /// Names the end of the copy that this concerns. An error of this machine or of the command
    /// concerns neither end.
    pub(crate) fn at(self, side: Side) -> Self {
        use transport::Kind;

        let is_elsewhere = match &self {
            Self::Transport(error) => matches!(
                error.kind(),
                Kind::Limit | Kind::Stopped | Kind::Integrity | Kind::Invalid | Kind::Login
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

    /// Whether it concerns all objects: an end of the copy cannot be reached, so that every other
    /// object would fail too.
    pub(crate) fn ends_run(&self) -> bool {
        match self.bare() {
            Self::Transport(error) => error.kind() == transport::Kind::Unreachable,
            _ => false,
        }
    }

    /// The end of the copy that it concerns, if it concerns one.
    pub fn side(&self) -> Option<Side> {
        match self {
            Self::At(side, _) => Some(*side),
            _ => None,
        }
    }

    /// The error without the end that it concerns.
    pub fn bare(&self) -> &Self {
        match self {
            Self::At(_, error) => error.bare(),
            error => error,
        }
    }

    /// The failure of a blob that cannot be read because of its tier.
    pub(crate) fn archived(name: impl std::fmt::Display, state: ArchiveState) -> Self {
        Self::Archived(match state {
            ArchiveState::Archived => format!(
                "`{name}` is in the archive tier and cannot be read: `azring set-properties` with `/Tier:Hot` \
                 (`--tier Hot`) brings it back, which takes hours"
            ),
            ArchiveState::Rehydrating => format!(
                "`{name}` is on its way out of the archive tier and cannot be read yet: give the same command again \
                 when its tier is no longer `Archive`"
            ),
        })
    }

    /// The failure of a blob in the archive tier that should be moved to the trash.
    pub(crate) fn archived_in_place(name: impl std::fmt::Display) -> Self {
        Self::Archived(format!(
            "`{name}` is in the archive tier, where it cannot be copied to the trash, and stays: a sync without the trash \
             deletes it, or `azring set-properties` with `/Tier:Hot` (`--tier Hot`) brings it back, which takes hours"
        ))
    }

    /// AzCopy's text for a blob that cannot be replaced by one of another type.
    pub(crate) fn other_type(name: impl std::fmt::Display) -> Self {
        Self::Usage(format!(
            "`{name}`: user specified blob type does not match the blob type of the existing destination blob"
        ))
    }

    /// The HTTP status, if a service answered.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Transport(error) => error.status(),
            Self::At(_, error) => error.status(),
            _ => None,
        }
    }
}
