//! From the arguments of the command line to parsed parameters, in either dialect.
//!
//! AzCopy on Windows writes `/Name:value`, AzCopy on Linux `--name value`. The first parameter
//! decides the dialect of the whole command (`-y` and `-v` are in both). A parameter of the other
//! dialect is an error, because on Linux a path begins with a slash too and a guess would
//! sometimes be wrong. Values are not interpreted here. Commands of AzCopy 10 are translated
//! ([`azcopy10`]).

mod reader;

mod slash;

mod dash;

mod nearest;

mod response_file;

mod user_defaults;

pub(crate) mod azcopy10;

pub(crate) use dash::{clap_argument, clap_command};
pub(crate) use reader::{dialect, is_parameter, read, read_typed};
pub(crate) use user_defaults::add_user_defaults;

#[cfg(test)]
mod tests;
