//! Asynchronous copies by the service: the record that an object shows, and the pending copy
//! itself.

use std::sync::{Arc, Weak};

use serde::{Deserialize, Serialize};

use crate::emulator::behaviour::{CopyBehaviour, CopyOutcome};
use crate::emulator::clock::Moment;
use crate::emulator::http::response::Response;

/// `x-ms-copy-status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CopyStatus {
    /// Not done.
    Pending,
    /// All bytes are copied.
    Success,
    /// Stopped by a client.
    Aborted,
    /// Stopped by the service.
    Failed,
}

/// What an object shows about the copy that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRecord {
    /// `x-ms-copy-id`.
    pub id: String,
    /// `x-ms-copy-source`, without its signature.
    pub source: String,
    /// Its state.
    pub status: CopyStatus,
    /// Bytes copied.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
    /// When it ended.
    pub completed: Option<Moment>,
    /// Why it failed.
    pub description: Option<String>,
}

/// One version of an object: it ends when the object is changed, replaced or deleted. A clone of
/// the object is another version.
#[derive(Debug, Default)]
pub struct Version(Arc<()>);

impl Clone for Version {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Version {
    /// A reference that does not keep the version alive, but shows whether it still exists.
    pub fn downgrade(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }
}

/// A copy that is not done: the content that the object gets, and when.
#[derive(Debug, Clone)]
pub struct PendingCopy<C> {
    /// The object's content after the copy.
    pub content: C,
    /// How long the copy is pending, and how it ends.
    pub behaviour: CopyBehaviour,
    /// How often a client asked for its state.
    pub polls: u32,
    /// When it began.
    pub began: Moment,
    /// The version that is copied, if it is an object of this service: the copy fails when it
    /// changes.
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

    /// Adds the copy's headers to an answer.
    pub fn write(&self, response: &mut Response) {
        response.set("x-ms-copy-id", self.id.clone());
        response.set("x-ms-copy-source", self.source.clone());
        response.set("x-ms-copy-status", self.status.name());
        response.set("x-ms-copy-progress", self.progress());
        if let Some(completed) = self.completed {
            response.set("x-ms-copy-completion-time", completed.rfc1123());
        }
        if let Some(description) = &self.description {
            response.set("x-ms-copy-status-description", description.clone());
        }
    }
}

impl<C> PendingCopy<C> {
    /// Updates the record for this time, and ends the copy in it when the copy is due. Returns how
    /// it ended.
    pub fn advance(
        &mut self,
        record: &mut CopyRecord,
        now: Moment,
        is_polled: bool,
    ) -> Option<CopyOutcome> {
        self.polls = self.polls.saturating_add(u32::from(is_polled));
        record.done = self.progress(record.total);
        let outcome = if self.has_lost_its_source() {
            record.description =
                Some("412 ConditionNotMet \"Copy failed when reading the source.\"".to_owned());
            CopyOutcome::Failed
        } else if self.is_due(now) {
            self.behaviour.outcome
        } else {
            return None;
        };
        match outcome {
            CopyOutcome::Success => {
                record.status = CopyStatus::Success;
                record.done = record.total;
            }
            CopyOutcome::Failed => {
                record.status = CopyStatus::Failed;
                record.description.get_or_insert_with(|| {
                    "500 InternalServerError \"Copy failed when reading the source.\"".to_owned()
                });
            }
            CopyOutcome::Aborted => record.status = CopyStatus::Aborted,
        }
        record.completed = Some(now.whole_second());
        Some(outcome)
    }

    fn is_due(&self, now: Moment) -> bool {
        self.polls > self.behaviour.pending_polls
            && now >= self.began.plus_ms(self.behaviour.pending_ms)
    }

    /// Bytes that a poll sees before the end.
    fn progress(&self, total: u64) -> u64 {
        total / (u64::from(self.behaviour.pending_polls) + 1)
            * u64::from(self.polls.min(self.behaviour.pending_polls))
    }

    /// Whether the source has another version now.
    fn has_lost_its_source(&self) -> bool {
        self.source
            .as_ref()
            .is_some_and(|source| source.strong_count() == 0)
    }
}
