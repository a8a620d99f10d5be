//! An entry with all decisions about its transfer.

use super::chunks::Chunks;
use super::history::History;
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
    /// The content type to store with it, if one is to be sent.
    pub content_type: Option<String>,
    /// What may be replaced at the target. Otherwise the name must be free, or have exactly the
    /// same bytes, which an interrupted run may have written.
    pub replace: Replace,
    /// What an earlier run left of it, and where this run records its progress.
    pub history: History,
}
