//! Carrying: one chunk from its source to its destination.

mod carriage;

mod server_copy;

mod worker;

pub use carriage::{Carriage, Lane, Outcome, Verdict};
pub use worker::{Crew, Told};

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests;
