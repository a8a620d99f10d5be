//! Memory for data: leased, filled, frozen, sent, dropped.
//!
//! A worker owns one [`Arena`], a single aligned mapping. Its [`Pool`] gives out parts of it as a
//! [`Lease`]. A disk read or a connection fills the lease, which then becomes a [`Frozen`] buffer.
//! Any thread may read that, until the last clone is dropped and the memory returns to the pool.
//! Nothing is allocated on the way. [`Budget`] divides the memory of a run, and [`MemoryPressure`]
//! counts who waits for more.

mod layout;

mod arena;

mod memory_limit;

mod budget;

mod memory_pressure;

mod pool;

mod lease;

pub use arena::{Arena, PAGE_BYTES};
pub use budget::Budget;
pub(crate) use layout::Layout;
pub use lease::{Frozen, Lease};
pub use memory_limit::fit_heaps_to_limit;
pub use memory_pressure::MemoryPressure;
pub use pool::{LARGE_BYTES, Pool, SLICE_BYTES, SMALL_BYTES};
