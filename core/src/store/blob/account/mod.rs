//! An account with several containers, as a source and as a target.
//!
//! A place without a container is such an account: full names of blobs begin with their container, and so
//! requests for single blobs need nothing of this folder. `listing` lists container after container, with the
//! part of a listing's scope that `scope` gives each, and `containers` makes the ones that a copy writes to.

mod scope;

mod listing;

mod containers;

pub(super) use containers::TargetContainers;
pub(super) use listing::AccountListing;
