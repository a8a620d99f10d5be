//! What a preview says about one object.

use std::time::SystemTime;

use crate::entry::{ETag, EntryName};

/// What is done with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is copied.
    Copy,
    /// It is copied, and deleted at the source.
    Move,
    /// It gets the modification time of the source. No bytes are copied.
    SetTime,
    /// It gets other properties. No bytes are copied.
    SetProperties,
    /// It is deleted at the target.
    Delete,
    /// It is moved to the trash at the target.
    Trash,
    /// Only the target has it, and it stays.
    Keep,
}

/// One side of an object, or nothing where that side has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedSide {
    /// Its length.
    pub bytes: u64,
    /// Its modification time.
    pub modified: SystemTime,
}

/// What a run without a preview would do with an object.
#[derive(Debug, Clone, Copy)]
pub struct PlannedChange<'a> {
    /// What is done.
    pub kind: ChangeKind,
    /// Why, in one word.
    pub why: &'a str,
    /// The object.
    pub name: &'a EntryName,
    /// What the source has.
    pub source: Option<ChangedSide>,
    /// What the target has.
    pub target: Option<ChangedSide>,
    /// The version that would be deleted, where the store has one.
    pub etag: Option<&'a ETag>,
}
