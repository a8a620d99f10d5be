//! What a blob knows about the copy that made it, or is making it.

use std::sync::{Arc, Weak};

use serde::{Deserialize, Serialize};

use crate::emulator::behaviour::{CopyHabit, CopyOutcome};
use crate::emulator::clock::Moment;

/// `x-ms-copy-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CopyStatus {
    /// Under way.
    Pending,
    /// All bytes are there.
    Success,
    /// Stopped by a client.
    Aborted,
    /// Stopped by the service.
    Failed,
}

/// A copy's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    /// `x-ms-copy-id`.
    pub id: String,
    /// `x-ms-copy-source`, without its signature.
    pub source: String,
    /// How it stands.
    pub status: CopyStatus,
    /// Bytes there.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// When it ended.
    pub completed: Option<Moment>,
    /// Why it failed.
    pub description: Option<String>,
}

/// One version of a blob: it ends when the blob is changed, replaced or deleted. A clone of the blob is another blob.
#[derive(Debug, Default)]
pub struct Life(Arc<()>);

impl Clone for Life {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Life {
    /// Sees whether this version still lives, without keeping it alive.
    pub fn witness(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }
}

/// What is left to do of a pending copy.
#[derive(Debug, Clone)]
pub struct PendingCopy {
    /// The content that the blob has when it is done.
    pub content: super::blob::Content,
    /// How it goes.
    pub habit: CopyHabit,
    /// Polls seen.
    pub polls: u32,
    /// When it began.
    pub began: Moment,
    /// The version that is copied, where it is one of ours: the service reads it to the end of the copy.
    pub source: Option<Weak<()>>,
}

impl CopyStatus {
    /// As headers carry it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Success => "success",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
        }
    }
}

impl CopyRecord {
    /// `x-ms-copy-progress`.
    pub fn progress(&self) -> String {
        format!("{}/{}", self.done, self.total)
    }
}

impl PendingCopy {
    /// Is its time over?
    pub fn is_due(&self, now: Moment) -> bool {
        self.polls > self.habit.pending_polls && now >= self.began.plus_ms(self.habit.pending_ms)
    }

    /// Bytes that a poll may see before the end.
    pub fn progress(&self, total: u64) -> u64 {
        total / (u64::from(self.habit.pending_polls) + 1)
            * u64::from(self.polls.min(self.habit.pending_polls))
    }

    /// Can the source no longer be read, because it is another version now?
    pub fn has_lost_its_source(&self) -> bool {
        self.source
            .as_ref()
            .is_some_and(|source| source.strong_count() == 0)
    }

    /// How it ends.
    pub fn outcome(&self) -> CopyOutcome {
        self.habit.outcome
    }
}
