//! How an object ended.

use crate::Error;
use crate::entry::EntryName;
use crate::report::Details;

/// How an object ended.
#[derive(Debug)]
pub enum Verdict {
    /// It is at its destination.
    Done,
    /// It is not, and why.
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
    /// What else is known of it.
    pub details: Details,
    /// Its number in the journal, where there is one.
    pub seq: Option<u64>,
}
