//! Command lines of AzCopy 10: `copy SOURCE DESTINATION --recursive=true`.
//!
//! Scripts for AzCopy 10 run unchanged: their commands are translated into the rows of the table, with
//! AzCopy's defaults. [`verb`] names the commands, `flags` is the table of their flags with a verdict
//! each, `words` splits a command line as AzCopy does, and `translate` makes a [`ParsedArgs`] of it.
//! What is refused is refused here, before anything is read or written. `write` is the way back: the
//! rows of a command as a command line of AzCopy 10.
//!
//! Whether a command line is AzCopy 10's is decided in `command/azcopy10/recognize.rs`.

mod verb;

mod flag;

mod flags;

mod words;

mod from_to;

mod place;

mod ends;

mod filters;

mod posix;

mod translate;

mod help;

mod write;

pub(crate) use flags::{flag_and_verb, is_flag, is_switch};
pub(crate) use help::page;
pub(crate) use translate::{Disk, Translation, read};
pub(crate) use verb::Verb;
pub(crate) use words::Words;
pub(crate) use write::write;

#[cfg(test)]
mod tests;
