//! From the words of the command line to what was given, in one dialect or the other.
//!
//! AzCopy on Windows writes `/Name:value`, AzCopy on Linux `--name value`. The first word decides which dialect the whole
//! command is in (`-y` and `-v` are in both); a parameter of the other one is an error, because on Linux a path begins with a slash too and a guess
//! would sometimes be wrong. What values mean is not looked at here.

mod reader;

mod slash;

mod dash;

mod nearest;

mod response_file;

pub(crate) use dash::clap_command;
pub(crate) use reader::{dialect, is_parameter, read, read_typed};

#[cfg(test)]
mod tests;
