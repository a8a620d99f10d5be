//! Files: read and written at positions, by the ring or by threads, whichever this machine allows.
//!
//! [`Disk`] is a worker's backend to files; [`File`] one open file; [`Root`] a folder below which everything happens;
//! [`StagedFile`] a file that is written beside its place and moved there when it is complete, over what it may [`Replace`];
//! [`TakenNames`] the names that a run has taken; [`durability`] makes many of them durable at once; [`DiskLoad`] is what a run
//! has at the disk at once. [`FileSlices`] is a part of a file that is read while it is sent, [`Pipe`] what has no positions:
//! standard input and output.

mod ring;

mod root;

mod file;

mod holes;

mod load;

mod own_name;

mod rename;

mod name_folding;

mod staged;

mod file_system;

mod slices;

mod pipe;

pub mod durability;

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

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

use crate::buffer::{Layout, Pool};
use load::OperationPermit;
pub(crate) use ring::{Registration, in_flight};

/// A worker's backend to files. Cloning is cheap; it stays on its thread.
#[derive(Clone)]
pub struct Disk {
    backend: Rc<Backend>,
    load: Option<Arc<DiskLoad>>,
}

enum Backend {
    /// On the ring of this thread, with which the beginning of the arena can be registered.
    Ring {
        pool: Pool,
        registration: OnceCell<Option<Registration>>,
    },
    /// In threads of this runtime's blocking pool.
    Threads,
}

impl Disk {
    /// Operations go through this thread's ring. Memory of the pool is registered with it when the first file is read or
    /// written around the page cache: registering takes all of that memory from the machine at once (36 MiB, 30 ms), and is
    /// of no use to anything else.
    pub(crate) fn ring(pool: &Pool) -> Self {
        Self::by(Backend::Ring {
            pool: pool.clone(),
            registration: OnceCell::new(),
        })
    }

    /// Operations go through blocking threads of the current runtime.
    pub fn threads() -> Self {
        Self::by(Backend::Threads)
    }

    fn by(backend: Backend) -> Self {
        Self {
            backend: Rc::new(backend),
            load: None,
        }
    }

    /// The same backend, its operations counted and limited together with all that share this load.
    #[must_use]
    pub fn under(self, load: &Arc<DiskLoad>) -> Self {
        Self {
            load: Some(Arc::clone(load)),
            ..self
        }
    }

    /// Waits for the turn of an operation, where there is anything to wait for.
    async fn turn(&self) -> Option<OperationPermit> {
        match &self.load {
            Some(load) => Some(load.turn().await),
            None => None,
        }
    }

    /// There is a ring.
    fn is_ring(&self) -> bool {
        matches!(&*self.backend, Backend::Ring { .. })
    }

    /// Whether the ring knows this run of a buffer.
    fn knows(&self, layout: Layout<'_>, from: usize, bytes: usize) -> bool {
        let Backend::Ring { pool, registration } = &*self.backend else {
            return false;
        };
        let (offset, bytes) = layout.run(from, bytes);
        offset + bytes <= pool.registered_bytes()
            && registration
                .get_or_init(|| Registration::new(pool).ok())
                .is_some()
    }
}

/// Runs a blocking call in the runtime's pool of threads.
async fn in_thread<T: Send + 'static>(call: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(call).await {
        Ok(value) => value,
        Err(ended) => std::panic::resume_unwind(ended.into_panic()),
    }
}

#[cfg(test)]
mod tests;
