//! What the File service stores: accounts have shares, shares have a tree of directories and files,
//! files have extents of the store.
//!
//! Each share has one lock. Bodies are never received under it: a call receives its bytes first and
//! changes the state afterwards, so a slow client does not delay others. A change is recorded before
//! the lock is released; `restore` makes shares from the records of an earlier run.

pub mod account_shares;
pub mod file_service_sections;
pub mod share_state;

pub mod restore;

pub use account_shares::AccountShares;
pub use restore::restore;
pub use share_state::{FileShare, LockedShare, ShareSnapshot, ShareState};
