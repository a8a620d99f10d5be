//! A copy from one location to another.
//!
//! One file's journey: the command names two [`location::Location`]s. A store lists the source as
//! [`entry::Entry`]s, and `select` keeps the ones that match. `plan` turns an entry into a task
//! with a target name and chunks. `schedule` gives chunks permits and memory, and `transfer` reads,
//! digests and writes each one in a worker thread. The target commits the object, and `report`
//! tells the observer. [`job`] joins these stations, one file per command. A sync decides by the
//! listings of both sides ([`compare`]) which objects are copied and which are deleted. A move deletes each
//! object at the source after its copy was verified. A verification joins the listings of both sides and
//! compares the objects, and its workers read them without writing. A removal and new properties need a
//! listing and requests for what is listed.
//!
//! The [`journal`] records what is planned and what becomes of it, so that the same command goes on
//! after an interruption. A plan for many machines is cut into journals, one for each [`shard`], which any
//! machine resumes. Between two services the target's service copies by itself
//! ([`store::server_copy`]), and `transfer` only polls it. A pipe is neither listed nor planned
//! (`job::pipe`). A measurement copies synthetic objects ([`store::synthetic`]), or discards what
//! it receives.

pub mod options;

pub mod location;

pub mod entry;

pub mod select;

pub mod dump;

pub mod plan;

pub mod store;

pub mod compare;

pub mod journal;

pub mod shard;

pub mod schedule;

pub mod transfer;

pub mod digest;

pub mod report;

pub mod job;

mod stop;

mod error;

pub use error::{Error, Result, Side};
pub use stop::Stop;
