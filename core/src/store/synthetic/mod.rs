//! Synthetic ends: a source that generates its objects, and a target that discards what it receives.
//!
//! They measure the way to and from a service with the engine of copies and without a disk.

mod content;

mod source;

mod open;

mod repeat;

mod discard;

pub use content::{Content, PREFIX, seed_of};
pub use discard::DiscardTarget;
pub(crate) use open::{DiscardOpener, SyntheticOpener};
pub(crate) use repeat::RepeatingSource;
pub use source::SyntheticSource;
