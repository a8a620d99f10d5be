//! Why a complete listing selected nothing.
//!
//! It is reported so that a forgotten option does not look like success. A store finds the cause
//! afterwards, and the command line puts it into words.

use crate::entry::EntryName;

/// The likely cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NothingSelected {
    /// The folder, container or virtual directory holds nothing.
    Empty,
    /// The folder has no selected file of its own; this many sub-folders were left out.
    SubFolders(u64),
    /// A container or virtual directory was given without its sub-folders and without a pattern.
    NotRecursive,
    /// The pattern has a wildcard, which is an ordinary character for a service.
    Wildcard,
    /// The source was read as a directory, but names a single object: its URL ends in a slash, or a
    /// pattern was given.
    SingleObject,
    /// This name differs from the pattern only in case.
    OtherCase(EntryName),
    /// No name is the pattern, but some begin with it.
    Beginning,
    /// The attribute options exclude every file.
    Attributes,
    /// There are objects, and none matches the pattern.
    NoMatch,
    /// There is nothing, or filters leave out everything.
    Filtered,
    /// This many objects were selected, and all were skipped because of their modification times.
    ByTime(u64),
}
