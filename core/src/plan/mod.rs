//! From an entry to a task.
//!
//! It decides the way of the bytes ([`route`]), the name at the target ([`target_name`],
//! [`subdirectory`]), whether the entry is copied ([`overwrite`], [`freshness`]), its
//! [`content_type`], what is stored beside its bytes ([`stored_properties`]), and its [`chunks`],
//! which cover the parts with data ([`extents`]). Of an object that machines share, a task has one [`part`].
//!
//! All of it is arithmetic on values: the stores give their rules, the job gives the options, and
//! nothing here asks a disk or a service.

pub mod route;

mod md5_use;

mod source_names;

pub mod target_name;

pub mod subdirectory;

pub mod freshness;

pub mod overwrite;

pub mod content_type;

pub mod content_signature;

pub mod disk_image;

pub mod replace;

pub mod stored_properties;

pub mod extents;

pub mod chunks;

pub mod chunk_runs;

pub mod part;

pub mod history;

mod task;

#[cfg(test)]
pub(crate) mod testing;

pub use task::Task;
