//! The output of a run whose command is AzCopy 10's: its lines, or its JSON records.
//!
//! Scripts look for these lines and records. `counts` makes AzCopy's numbers of azring's, `text` and
//! `records` write them, and `names` composes the full names of a dry run. Failures go to standard
//! error as in the other dialects.

mod counts;

mod names;

mod text;

mod records;

mod output;

use super::progress_sample::ProgressSample;
use crate::job_id::JobId;

use counts::Counts;
pub(crate) use output::{AzCopy10Output, JobKind};

/// A line of progress.
pub(super) fn progress(sample: &ProgressSample, bytes_per_second: u64) -> String {
    text::progress(&Counts::so_far(sample), bytes_per_second)
}

/// A record of progress.
pub(super) fn progress_record(sample: &ProgressSample, job: JobId) -> String {
    records::progress(job, &Counts::so_far(sample))
}

/// A record about a command that could not begin.
pub(crate) fn refusal(text: &str) -> String {
    records::refusal(text)
}

#[cfg(test)]
mod tests;
