//! The limit of open files and sockets, and what happens when it is reached.
//!
//! [`DescriptorBudget`] divides the limit of this process (`ulimit -n`) over its consumers. An open
//! that still meets the limit, of this process or of the whole system, waits until something is
//! closed: [`retry_open`] in tasks, [`retry_open_blocking`] in threads.

mod budget;

mod retry;

pub use budget::{DescriptorBudget, raise_descriptor_limit};
pub(crate) use retry::{is_shortage, is_shortage_number};
pub use retry::{retry_open, retry_open_blocking};
