//! Comparing two places: which objects differ, and which may be deleted.
//!
//! `join` walks two ordered listings in lock step. `decision` says whether an object that both sides
//! have must be copied. `deletion` holds the conditions under which objects may be deleted. Nothing here asks a
//! service or a disk.

mod join;

mod decision;

mod deletion;

pub use decision::{
    ComparisonResult, Difference, ObjectFacts, decide, decide_about_mark, settle_by_content,
};
pub use deletion::{Evidence, is_protected, is_within, overlap, permits};
pub use join::{Joined, ListingJoin, ListingTrouble};
