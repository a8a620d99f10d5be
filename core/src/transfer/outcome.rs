//! How an object ended, and what is reported of it.

use crate::Error;
use crate::entry::EntryName;
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
}
