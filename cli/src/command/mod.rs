//! The commands of azring: `azring COMMAND ...`.
//!
//! A command is one file here, or one folder, and one row of [`registry`]. Its parameters are rows of the
//! same table, in either dialect. `copy` is the command of arguments that name none. `azcopy10` runs the
//! commands of AzCopy 10 by these.

mod definition;

mod one_place;

mod registry;

mod generate;

mod copy;

mod unfinished_run;

mod run_host;

mod explain_filter;

mod list;

mod list_table;

mod list_form;

mod sync;

mod move_objects;

mod make;

mod verify;

mod remove;

mod set_properties;

mod shard;

mod jobs;

mod login;

mod logout;

mod bench;

mod doctor;

mod convert_args;

mod azcopy10;

mod completions;

mod man;

mod help;

mod version;

#[cfg(test)]
pub(crate) use registry::help_texts;
pub(crate) use registry::{find, parameters};
