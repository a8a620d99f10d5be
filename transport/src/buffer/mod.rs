//! Memory that moves: leased, filled, frozen, sent, dropped.
//!
//! A worker owns one [`Arena`], a single aligned mapping. Its [`Pool`] hands out parts of it as a [`Lease`], which is
//! filled by a disk read or by a connection and then becomes a [`Frozen`], which anybody may read, on any thread, until
//! the last clone is dropped and the memory returns to the pool. Nothing is allocated on the way.
//! [`Budget`] is the sum that says how large the arenas may be, and [`MemoryPressure`] how many wait because it is not larger.

mod memory_limit;

mod budget;

mod layout;

mod arena;

mod memory_pressure;

mod pool;

mod lease;

pub use arena::{Arena, PAGE_BYTES};
pub use budget::Budget;
pub(crate) use layout::Layout;
pub use lease::{Frozen, Lease};
pub use memory_pressure::MemoryPressure;
pub use pool::{LARGE_BYTES, Pool, SLICE_BYTES, SMALL_BYTES};
