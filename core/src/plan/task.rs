//! An entry with all decisions about its transfer.

use std::ops::Range;

use super::chunks::Chunks;
use super::history::History;
use super::part::ObjectPart;
use super::replace::Replace;
use super::target_name::TargetName;
use crate::entry::Entry;

/// One object to transfer.
#[derive(Debug, Clone)]
pub struct Task {
    /// The object at the source.
    pub entry: Entry,
    /// Its name at the target.
    pub target: TargetName,
    /// Its chunks.
    pub chunks: Chunks,
    /// The part of the object that is transferred; `None` for the whole object.
    pub part: Option<ObjectPart>,
    /// The content type to store with it, if one is to be sent.
    pub content_type: Option<String>,
    /// What may be replaced at the target. Otherwise the name must be free, or have exactly the
    /// same bytes, which an interrupted run may have written.
    pub replace: Replace,
    /// What an earlier run left of it, and where this run records its progress.
    pub history: History,
}

impl Task {
    /// The bytes that are transferred: those of the object or of its part.
    pub fn bytes(&self) -> u64 {
        let object_bytes = self.entry.bytes;
        self.part
            .map_or(object_bytes, |part| part.bytes(object_bytes))
    }

    /// The indices of the chunks that are transferred.
    pub fn indices(&self) -> Range<u32> {
        self.part
            .map_or(0..self.chunks.total(), |part| part.indices())
    }

    /// Whether the object is committed once these chunks are transferred.
    pub fn commits(&self) -> bool {
        self.part.is_none_or(|part| part.is_commit())
    }
}
