//! Why a listing that came to its end selected nothing: what an observer is told, so that a forgotten option is not taken
//! for a success. A store finds it out afterwards; the command line says it in the user's words.

use crate::entry::EntryName;

/// The likely cause, as far as a look at the source tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NothingSelected {
    /// The folder, container or virtual directory holds nothing.
    Empty,
    /// The folder has no file of its own that is meant; so many sub-folders were left out.
    SubFolders(u64),
    /// A container or virtual directory was given without its sub-folders and without a pattern.
    NotRecursive,
    /// The pattern has a wildcard, which is a letter like any other to a service.
    Wildcard,
    /// The source was read as a virtual directory, but is a blob: its URL ends in a slash, or a pattern was given.
    SingleObject,
    /// This name differs from the pattern in the case of letters only.
    OtherCase(EntryName),
    /// No name is the pattern, but some begin with it.
    Beginning,
    /// What is asked of the attributes of files leaves out every file.
    Attributes,
    /// There are objects, and none matches the pattern.
    NoMatch,
    /// So many objects were selected, and all of them were left alone because of their modification times.
    ByTime(u64),
}
