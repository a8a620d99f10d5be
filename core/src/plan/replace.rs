//! What a commit may replace at the target.
//!
//! A target is inspected when its object is planned, and written later. Whatever appears there in
//! between was made by somebody else, and the user was not asked about it. So the commit has a
//! condition that protects it.

use crate::entry::Version;

/// What may be replaced under the target's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Replace {
    /// Anything: `/Y`, with which no target is inspected.
    Anything,
    /// Nothing: there was no target when it was inspected.
    #[default]
    Nothing,
    /// Only the version that was inspected, which the user or a comparison of times gave up.
    Only(Version),
}

impl Replace {
    /// What may be replaced when the inspection found the version `seen`, or nothing.
    pub fn of_look(seen: Option<Version>) -> Self {
        seen.map_or(Self::Nothing, Self::Only)
    }
}
