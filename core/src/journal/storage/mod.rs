//! What a journal needs from a disk, as traits.
//!
//! `files` implements them on a real disk. The disk of the tests keeps written bytes apart from
//! durable ones, and can fail at any point. What a crash leaves depends only on the calls of these
//! traits, so the tests hold for real disks.

mod folder;

mod files;

pub use files::Files;
pub(super) use folder::read_full;
pub use folder::{File, Folder};
