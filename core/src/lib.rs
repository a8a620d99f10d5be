//! What a copy is.
//!
//! One file's journey: the command names two [`location::Location`]s; a store lists the source as [`entry::Entry`]s;
//! `select` keeps those that the pattern means; `plan` turns an entry into a task with a target name and chunks;
//! `schedule` hands the chunks to worker threads; `transfer` reads, digests and writes each one; the destination commits
//! and the outcome is reported. [`job`] reads top to bottom like this sentence.

pub mod options;

pub mod location;

pub mod entry;

pub mod select;

pub mod plan;

pub mod store;

pub mod journal;

pub mod schedule;

pub mod transfer;

pub mod digest;

pub mod report;

pub mod job;

mod stop;

mod error;

pub use error::{Error, Result, Side};
pub use stop::Stop;
