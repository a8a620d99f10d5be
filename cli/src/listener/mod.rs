//! The listeners of a run: progress, messages, summary, records, logs.
//!
//! The job reports to one observer, [`Listeners`], which passes each event to every [`Listener`]
//! in a fixed order. Listeners that write for people or scripts hand their text to
//! [`crate::console`]; the others write files. [`error_text`] words the errors that several of
//! them show.

mod listeners;

mod background_thread;

pub(crate) mod error_text;

mod messages;

mod progress_sample;

mod progress_text;

mod progress_display;

mod summary_block;

mod planned_changes;

mod action_summary;

mod verification_results;

pub(crate) mod record;

mod json_records;

mod azcopy10;

mod record_file;

mod verbose_log;

mod ledger;

mod trace;

mod metrics;

pub(crate) use action_summary::ActionSummary;
pub(crate) use azcopy10::{AzCopy10Output, JobKind, refusal as azcopy10_refusal};
pub(crate) use json_records::JsonRecords;
pub(crate) use ledger::Ledger;
pub(crate) use listeners::{Listener, Listeners, RunEnd};
pub(crate) use messages::Messages;
pub(crate) use metrics::RunMetrics;
pub(crate) use planned_changes::PlannedChanges;
pub(crate) use progress_display::ProgressDisplay;
pub(crate) use record::ObjectWords;
pub(crate) use record_file::make_durable;
pub(crate) use summary_block::SummaryBlock;
pub(crate) use trace::Trace;
pub(crate) use verbose_log::VerboseLog;
pub(crate) use verification_results::VerificationResults;
