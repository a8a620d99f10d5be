//! Setting the properties of objects that were listed.
//!
//! What a service can make conditional is: metadata and content headers are stored only while the object
//! is the version that was listed. Tier and tags are no part of a version, and have no such condition.

use super::{Step, Tools};
use crate::Result;
use crate::entry::Entry;

/// The outcome for one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOutcome {
    /// It has the properties.
    Set,
    /// It has them, and leaves the archive tier in the service's own time.
    Rehydrating,
}

/// A store whose objects have properties that can be set.
pub trait PropertySetter: Send + Sync {
    /// Sets the properties of objects that its source listed.
    ///
    /// Gives one result for each entry, in their order. [`Error::TargetChanged`](crate::Error) is the
    /// result of an object that changed, as far as the service compares versions. Takes any number of
    /// entries, and is quickest with many at once. A dropped future leaves each object with some, all or
    /// none of the properties.
    fn set<'a>(
        &'a self,
        tools: &'a Tools,
        entries: &'a [Entry],
    ) -> Step<'a, Vec<Result<SetOutcome>>>;
}
