//! The numbers that AzCopy 10 shows of a job.

use std::time::Duration;

use azring_core::Error;
use azring_core::report::Summary;

use super::super::progress_sample::ProgressSample;
use super::JobKind;
use crate::ending::Ending;
use crate::mask::masked;

/// The numbers of a job.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    /// The objects of the source.
    pub(super) listed: u64,
    /// Of these, the ones to transfer. A sync does not count what is equal already.
    pub(super) transfers: u64,
    pub(super) done: u64,
    pub(super) failed: u64,
    pub(super) skipped: u64,
    /// Of a sync: the objects of the destination, and those that were deleted there.
    pub(super) target_objects: u64,
    pub(super) superfluous: u64,
    pub(super) deleted: u64,
    pub(super) bytes: u64,
    pub(super) listed_bytes: u64,
    pub(super) elapsed: Duration,
    pub(super) is_listed: bool,
    pub(super) status: &'static str,
    pub(super) message: String,
}

impl Counts {
    /// The numbers at the end of a run.
    pub(super) fn of(kind: JobKind, summary: &Summary, ending: Ending) -> Self {
        let deletions = summary.deletions.clone().unwrap_or_default();
        let failed = summary.failed + summary.directories_failed + deletions.failed;
        let skipped = match kind {
            JobKind::Copy | JobKind::Remove | JobKind::SetProperties => summary.skipped,
            JobKind::Sync => 0,
        };
        Self {
            listed: summary.listed,
            transfers: summary.listed - (summary.skipped - skipped),
            done: summary.done,
            failed,
            skipped,
            target_objects: deletions.target_objects,
            superfluous: deletions.superfluous,
            deleted: deletions.deleted,
            bytes: summary.bytes,
            listed_bytes: summary.bytes,
            elapsed: summary.elapsed,
            is_listed: summary.listing_done,
            status: status(summary.done, failed, skipped, ending),
            message: summary
                .ended_by
                .as_ref()
                .map_or_else(String::new, |error| masked(&error.to_string())),
        }
    }

    /// The numbers so far.
    pub(super) fn so_far(sample: &ProgressSample) -> Self {
        Self {
            listed: sample.listed,
            transfers: sample.listed,
            done: sample.done,
            failed: sample.failed,
            skipped: sample.skipped,
            bytes: sample.moved_bytes,
            listed_bytes: sample.listed_bytes,
            elapsed: sample.at,
            is_listed: sample.listing_done,
            status: "InProgress",
            ..Self::default()
        }
    }

    /// How much of what was listed is settled, in percent.
    pub(super) fn percent(&self) -> f64 {
        match self.listed_bytes {
            0 if self.listed == 0 => 0.0,
            0 => 100.0 * (self.done + self.failed + self.skipped) as f64 / self.listed as f64,
            all => (100.0 * self.bytes as f64 / all as f64).min(100.0),
        }
    }

    /// The objects that are neither done nor failed nor skipped.
    pub(super) fn pending(&self) -> u64 {
        let settled = self.done + self.failed + self.skipped;
        self.listed.saturating_sub(settled)
    }
}

/// The word for how the job ended. What AzCopy would not notice, as a folder that could not be listed, counts as
/// an error.
fn status(done: u64, failed: u64, skipped: u64, ending: Ending) -> &'static str {
    if matches!(ending, Ending::Signal(_)) {
        return "Cancelled";
    }
    let has_failed = failed > 0 || ending.code() != 0;
    match (has_failed, skipped > 0, done > 0) {
        (true, true, _) => "CompletedWithErrorsAndSkipped",
        (true, false, true) => "CompletedWithErrors",
        (true, false, false) => "Failed",
        (false, true, _) => "CompletedWithSkipped",
        (false, false, _) => "Completed",
    }
}

/// An object that was not transferred.
#[derive(Debug, Clone)]
pub(super) struct FailedTransfer {
    pub(super) source: String,
    pub(super) target: String,
    pub(super) bytes: u64,
    /// The status of the service's answer; 0 without one.
    pub(super) code: u16,
}

impl FailedTransfer {
    pub(super) fn new(source: String, target: String, bytes: u64, error: &Error) -> Self {
        Self {
            source,
            target,
            bytes,
            code: error.status().unwrap_or_default(),
        }
    }
}
