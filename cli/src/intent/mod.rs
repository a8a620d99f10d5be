//! From parsed arguments to the options of the core's job.
//!
//! This module finds every error of a command that needs no disk and no network: values,
//! locations, combinations. Error messages name parameters in the dialect of the command.

mod options;

mod ends;

mod pipe;

mod special;

mod table;

mod credential;

mod secret;

mod secret_file;

mod mistaken_secret;

mod extension_types;

mod conflict;

mod bench;

mod trial;

mod filter;

mod remove;

mod sync;

mod moves;

mod posix;

mod properties;

mod set_properties;

mod shard;

mod verify;

pub(crate) use bench::{Bench, BenchDirection, bench};
pub(crate) use ends::{listed_place, place};
pub(crate) use filter::filter;
pub(crate) use options::{DETECTED, engine, options};
pub(crate) use remove::remove;
pub(crate) use secret::client_secret;
pub(crate) use set_properties::set_properties;
pub(crate) use special::attach_source;
pub(crate) use trial::{target, trial};

#[cfg(test)]
pub(crate) mod tests;
