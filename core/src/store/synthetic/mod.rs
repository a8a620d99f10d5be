//! Objects that are made up as they are read, as a source: nothing is on a disk, and nothing waits for one. For measuring
//! the way to a service by the very engine that copies.

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
