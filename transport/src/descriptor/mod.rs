//! Open files and sockets: how many a run may have, and what to do when there is none to be had.
//!
//! [`DescriptorBudget`] divides the limit of this process (`ulimit -n`) over what needs descriptors. An open that
//! still meets the limit, of this process or of the whole system, waits until another one closes:
//! [`retry_open`] in tasks, [`retry_open_blocking`] in threads.

mod budget;

mod retry;

pub use budget::{DescriptorBudget, raise_descriptor_limit};
pub(crate) use retry::{is_shortage, is_shortage_number};
pub use retry::{retry_open, retry_open_blocking};
