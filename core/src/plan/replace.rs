//! What a commit may replace at the destination.
//!
//! A target is looked at when its object is planned, and written to later. What appears there in between was made by
//! somebody else, and nobody was asked about it: the commit carries a condition, so that it is not replaced.

use crate::entry::Version;

/// What may be replaced under the target's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Replace {
    /// Whatever is there: `/Y`, under which nothing is looked at.
    Anything,
    /// Nothing: there was nothing when the target was looked at.
    #[default]
    Nothing,
    /// Only the version that was seen, which the user or a comparison by date let go.
    Only(Version),
}

impl Replace {
    /// What a look at the target lets be replaced. `seen` is the version that was there, if anything was.
    pub fn of_look(seen: Option<Version>) -> Self {
        seen.map_or(Self::Nothing, Self::Only)
    }
}
