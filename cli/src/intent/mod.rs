//! From parsed arguments to the options that the job obeys.
//!
//! Everything that can be wrong with a command without asking a disk or the network is found
//! here: parameters that this version does not have, values, locations, combinations. Error
//! messages name parameters in the dialect of the command.

mod options;

mod ends;

mod pipe;

mod special;

mod secret;

mod secret_file;

mod mistaken_secret;

mod extension_types;

mod conflict;

mod bench;

pub(crate) use bench::{Bench, BenchDirection, bench};
pub(crate) use ends::place;
pub(crate) use options::{engine, options};
pub(crate) use special::attach_source;

#[cfg(test)]
pub(crate) mod tests;
