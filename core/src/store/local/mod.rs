//! A folder of this machine, as a source and as a destination.

pub mod rules;

pub(crate) mod name;

mod attributes;

mod list;

mod nothing;

pub mod parts;

mod read;

mod open;

mod remover;

mod safe;

mod shortage;

mod write;

pub(crate) use open::LocalOpener;
pub use read::LocalSource;
pub use remover::LocalRemover;
pub use write::LocalTarget;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod resume_tests;
