//! Help, all of it from the table of parameters: the short page of a bare call, `/?`, `/?:Name`, `/?:Sample`.
//!
//! Pages are made in the dialect of whoever asks. Nothing is printed here.

mod layout;

mod sample;

mod topic;

mod pages;

pub(crate) use pages::{CommandHelp, commands, page, short, version};

#[cfg(test)]
mod tests;
