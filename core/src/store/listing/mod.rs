//! Listings: where one begins and ends, and how a journal remembers where it stopped.
//!
//! [`ListScope`] is what a source is asked to list. `name_range` holds the names between two ends, and
//! `bookmark` writes the rest of a listing that was split into parts as text.

mod scope;

mod name_range;

mod bookmark;

pub(crate) use bookmark::{Bookmark, PagePosition};
pub(crate) use name_range::NameRange;
pub use scope::ListScope;
