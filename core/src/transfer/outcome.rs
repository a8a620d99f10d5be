//! How an object ended, and what is reported of it.

use crate::Error;
use crate::entry::{ETag, Entry, EntryName};
use crate::plan::target_name::TargetName;
use crate::report::Details;

/// How an object ended.
#[derive(Debug)]
pub enum Verdict {
    /// The object is at the target.
    Done,
    /// The object failed, for this reason.
    Failed(Error),
}

/// An object that has ended.
#[derive(Debug)]
pub struct Outcome {
    /// Its name at the source.
    pub name: EntryName,
    /// Its length in bytes.
    pub bytes: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// What else is reported of it.
    pub details: Details,
    /// Its number in the journal, if there is a journal.
    pub seq: Option<u64>,
    /// What was committed, where the object is at the target and the run is a move.
    pub committed: Option<Box<CommittedObject>>,
}

/// An object whose copy is at the target, to be deleted at the source.
#[derive(Debug)]
pub struct CommittedObject {
    /// The object in the version that was copied, without stored properties.
    pub entry: Entry,
    /// Its name at the target.
    pub target: TargetName,
    /// What is known of the copy.
    pub receipt: CommitReceipt,
}

/// What is known of a copy that is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitReceipt {
    /// Its service gave this entity tag to the version that was written.
    Version(ETag),
    /// It is a file of this machine that this run wrote.
    File,
    /// Nothing: an earlier run may have made it.
    Unknown,
}
