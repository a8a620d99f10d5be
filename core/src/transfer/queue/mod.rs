//! The queue between the coordinator and the workers.
//!
//! It is short, since each chunk in it keeps a task in memory. The coordinator adds the chunks of one
//! object after the other, and those of a few large objects in turns, so that the digest of one object
//! does not delay the others. Of large chunks few fit at first (`bytes_limit`), and of all chunks so
//! many that the coordinator is rarely woken (`count_limit`).

mod bytes_limit;

mod count_limit;

mod objects;

pub use objects::{QUEUED_MAX, Queue, Work};
