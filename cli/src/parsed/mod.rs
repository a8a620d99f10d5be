//! The parsed command line: which parameters were typed, and typed readers of their values.
//!
//! [`crate::args`] makes a [`ParsedArgs`] from either dialect. `read` turns values into numbers,
//! sizes and choices within their limits; `path` turns them into paths of this machine. `moment` reads
//! points of time, and `resolve` reads the addresses of `AZRING_RESOLVE`. [`crate::intent`] decides what the values mean for a
//! copy.

mod parsed_args;

pub(crate) mod moment;

pub(crate) mod path;

pub(crate) mod read;

mod resolve;

mod unexpanded;

pub(crate) use parsed_args::ParsedArgs;
pub(crate) use path::{local, translated};
pub(crate) use read::choice;
pub(crate) use resolve::resolve;
