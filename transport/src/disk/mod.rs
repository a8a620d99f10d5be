//! Files: read and written at positions, by the ring or by threads.
//!
//! [`Disk`] is a worker's way to files, [`File`] one open file, and [`Root`] a folder that names
//! cannot lead out of. A [`StagedFile`] is written beside its place and moved there when it is
//! complete; [`Replace`] says what it may replace. [`TakenNames`] holds the names that a run has
//! used. [`durability`] makes many files durable at once. [`DiskLoad`] counts and limits the
//! operations of a run. [`FileSlices`] is a part of a file that is read while it is sent. [`Pipe`]
//! is standard input or output, which has no positions.

mod ring;

mod backend;

mod root;

mod file;

mod holes;

mod load;

mod own_name;

mod rename;

mod name_folding;

mod stamp;

mod staged;

mod file_system;

mod slices;

mod pipe;

pub mod durability;

pub use backend::Disk;
pub use file::{Allocation, Caching, File};
pub use holes::data_parts;
pub use load::{DiskLoad, DiskTally, OPERATIONS_MAX};
pub use name_folding::TakenNames;
pub use own_name::{is_own_name, part_name};
pub use pipe::Pipe;
pub use rename::Replace;
pub use root::{FileStat, Root};
pub use slices::FileSlices;
pub(crate) use slices::SliceReader;
pub use staged::{CompleteFile, StagedFile};
pub use stamp::FileStamp;

use load::OperationPermit;
pub(crate) use ring::{Registration, in_flight};

/// Runs a blocking call in the runtime's pool of threads.
async fn in_thread<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(call).await {
        Ok(value) => value,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

#[cfg(test)]
mod tests;
