//! The pages of help, from the table of parameters: the short page, `/?`, `/?:Name`, `/?:Sample`.
//!
//! A page uses the dialect of the question. Nothing is printed here.

mod layout;

mod markdown;

mod sample;

mod topic;

mod pages;

pub(crate) use pages::{CommandHelp, command, commands, page, short, version};
pub(crate) use topic::topics;

#[cfg(test)]
mod tests;
