//! The pages of help, from the table of parameters: the short page, `/?`, `/?:Name`, `/?:Sample`.
//!
//! A page uses the dialect of the question. Nothing is printed here.

mod layout;

mod sample;

mod topic;

mod pages;

pub(crate) use pages::{CommandHelp, commands, page, short, version};

#[cfg(test)]
mod tests;
