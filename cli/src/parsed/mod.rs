//! The parsed command line: which parameters were typed, and typed readers of their values.
//!
//! [`crate::args`] makes a [`ParsedArgs`] from either dialect. `read` turns values into numbers,
//! sizes and choices within their limits; `path` turns them into paths of this machine. What the
//! values mean for a copy is decided in [`crate::intent`].

mod parsed_args;

pub(crate) mod path;

pub(crate) mod read;

mod unexpanded;

pub(crate) use parsed_args::ParsedArgs;
pub(crate) use path::{local, translated};
pub(crate) use read::choice;
