//! Which chunk is carried next, and by how many hands.
//!
//! Chunks wait in one queue for all workers, oldest object first. Everything that can wait is taken in one order:
//! **permit -> chunk -> lease -> read -> write**. That is the proof that nothing deadlocks: a chunk is taken from the
//! queue only by somebody who may carry it, memory is given in the order in which it was asked for, so the oldest chunk
//! always holds or gets all it needs; and what keeps memory longer (the MD5 of an object, which wants its chunks in
//! order) only ever waits for older chunks. A permit is for requests: where only the disk is left to wait for, it goes back
//! before the writing, which then needs nothing that anybody else could hold, and the next chunk is fetched meanwhile. How
//! many are written at once is limited by memory, which whoever writes keeps. A chunk that is read while it is sent waits
//! for memory again for each slice, but only while it holds none; whoever holds a slice waits for the disk or the other
//! side alone. Descriptors of files
//! come before all of these: the coordinator takes an object's part ([`open_files`]) before it queues the object.

pub mod open_files;

pub mod limits;

pub mod gate;

pub mod tuner;

pub mod chunk_size_hint;

pub mod remembered;

pub use chunk_size_hint::ChunkSizeHint;
pub use gate::Gate;
pub use open_files::OpenFiles;
