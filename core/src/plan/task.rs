//! What is carried: an entry with all that was decided about it.

use super::chunks::Chunks;
use super::history::History;
use super::replace::Replace;
use super::target_name::TargetName;
use crate::entry::Entry;

/// One object to carry.
#[derive(Debug, Clone)]
pub struct Task {
    /// What it is at the source.
    pub entry: Entry,
    /// What it is called at the destination.
    pub target: TargetName,
    /// The pieces it is carried in.
    pub chunks: Chunks,
    /// The content type to store with it, where one is to be sent.
    pub content_type: Option<String>,
    /// What may be replaced at the destination. Otherwise the name must be free, or hold the very same bytes, which an
    /// interrupted run may have put there.
    pub replace: Replace,
    /// What is known of it from an earlier run, and where this one takes notes.
    pub history: History,
}
