//! Listings: where one begins and ends, and how a journal remembers where it stopped.
//!
//! [`ListScope`] is what a source is asked to list. `name_range` holds the names between two ends,
//! `bookmark` writes the rest of a listing that was split into parts as text, and `resume_point` drops
//! what an earlier run listed.

mod scope;

mod name_range;

mod bookmark;

mod resume_point;

pub(crate) use bookmark::{Bookmark, PagePosition};
pub(crate) use name_range::NameRange;
pub(crate) use resume_point::{ResumePoint, snapshot_id};
pub use scope::ListScope;
