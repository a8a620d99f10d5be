//! The transfer of chunks from the source to the target, by worker threads.
//!
//! The coordinator puts the chunks of objects into the `queue`. A `worker` takes one, and the chunk's
//! `object` reads, digests and writes it, or lets the service copy it. Whoever transfers an object's
//! last chunk commits the object (`commit`); copies that a service makes in its own time are polled
//! (`server_copy`). The `outcome` goes back to the coordinator.

mod context;

mod object;

mod commit;

mod outcome;

pub mod queue;

mod server_copy;

mod worker;

pub use context::TransferContext;
pub use object::ObjectTransfer;
pub use outcome::{CommitReceipt, CommittedObject, Outcome, Verdict};
pub use queue::{Queue, Work};
pub use worker::{WorkerEvent, WorkerPool};

#[cfg(test)]
pub(crate) mod testing;

#[cfg(test)]
mod tests;

#[cfg(test)]
mod chunk_order_tests;
