//! A folder of this machine as a store.
//!
//! `list` walks the folder for the [`LocalSource`], and `reader` reads its files. The [`LocalTarget`] keeps
//! folders open, and `writer` writes each file beside its place; `link` reads and makes symbolic links; `durable_chunks` lets a later run resume
//! it. `rules` and `name` say which names and chunks a file system allows.

pub mod rules;

pub(crate) mod name;

mod attributes;

mod posix;

mod smb;

mod folder_contents;

mod list;

mod anchor;

mod link;

mod nothing;

pub mod parts;

mod md5_cache;

mod source;

mod reader;

mod open;

mod remover;

mod set_time;

mod durable_chunks;

mod shortage;

mod target;

mod writer;

pub(crate) use open::LocalOpener;
pub use remover::LocalRemover;
pub use source::LocalSource;
pub use target::LocalTarget;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod resume_tests;
