//! From an entry to a task: which way its bytes go ([`route`]), what it is called over there ([`target_name`]), whether it
//! goes at all ([`overwrite`], [`freshness`]), as what ([`content_type`]) and in which pieces ([`chunks`], of the parts that have data, [`extents`]).
//!
//! All of it is arithmetic on values: the stores give their rules, the job gives the user's wishes, and nothing here
//! asks a disk or a service.

pub mod route;

pub mod target_name;

pub mod freshness;

pub mod overwrite;

pub mod content_type;

pub mod disk_image;

pub mod replace;

pub mod extents;

pub mod chunks;

pub mod chunk_runs;

pub mod history;

mod task;

#[cfg(test)]
pub(crate) mod testing;

pub use task::Task;
