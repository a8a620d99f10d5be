//! What the names of a source's objects are like.

use crate::location::Location;

/// The names of the source's objects, which decide how a target that takes fewer names maps them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceNames {
    /// Paths of files on this machine.
    Files,
    /// Names of blobs, in which a slash may stand anywhere.
    Blobs,
    /// Paths of files in a share.
    Shares,
}

impl SourceNames {
    pub(super) fn of(source: &Location) -> Self {
        match source {
            Location::Blob(_) => Self::Blobs,
            Location::Share(_) => Self::Shares,
            Location::Local(_)
            | Location::Table(_)
            | Location::Pipe
            | Location::Synthetic(_)
            | Location::Discard(_) => Self::Files,
        }
    }
}
