//! What a copy is.
//!
//! One file's journey: the command names two [`location::Location`]s; a store lists the source as [`entry::Entry`]s;
//! `select` keeps those that the pattern means; `plan` turns an entry into a task with a target name and chunks;
//! `schedule` hands the chunks to worker threads; `transfer` reads, digests and writes each one; the destination commits
//! and the outcome is reported. [`job`] reads top to bottom like this sentence.
//!
//! What is planned and what becomes of it is written down in a [`journal`] as it happens, so that the same command goes on
//! where it was interrupted. Between two services the bytes need not come by: the destination's service copies by itself
//! ([`store::server_copy`]), and `transfer` only waits for it. A pipe is neither listed nor planned: `job::pipe`.
//! What is measured is copied in the same way, from objects that are made up ([`store::synthetic`]) or to nowhere.

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
