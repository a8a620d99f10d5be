//! The order in which chunks get resources, and how much of each there is.
//!
//! Chunks wait in one queue for all workers, oldest object first. Everything that can wait is taken
//! in one order: **permit -> chunk -> lease -> read -> write**. This order is the proof that
//! nothing deadlocks. A chunk is taken from the queue only by a task with a permit. Memory is given
//! in the order of the requests, so the oldest chunk always holds or gets all it needs. The MD5 of
//! an object keeps memory longer, because it needs chunks in order; but it only waits for older
//! chunks.
//!
//! A permit is for requests. A write to the disk returns its permit before it begins: it then needs
//! nothing that another task could hold, and the next chunk is fetched meanwhile. The number of
//! such writes is limited by memory, which each of them keeps. A chunk that is read while it is
//! sent waits for memory again for each slice, but only while it holds none; a task with a slice
//! waits for the disk or the service alone.
//!
//! Descriptors of files come before all of these: the coordinator takes an object's part
//! ([`open_files`]) before it queues the object.

pub mod open_files;

pub mod limits;

pub mod gate;

pub mod tuner;

pub mod chunk_size_hint;

pub mod remembered;

pub use chunk_size_hint::ChunkSizeHint;
pub use gate::Gate;
pub use open_files::OpenFiles;
