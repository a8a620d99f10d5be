//! Carrying: one chunk from its source to its destination.

mod object;

pub mod queue;

mod server_copy;

mod worker;

pub use object::{ObjectTransfer, Outcome, TransferContext, Verdict};
pub use queue::{Queue, Work};
pub use worker::{WorkerEvent, WorkerPool};

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests;
