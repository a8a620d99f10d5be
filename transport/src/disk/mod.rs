//! Files: read and written at positions, by the ring or by threads, whichever this machine allows.
//!
//! [`Disk`] is a worker's way to files; [`File`] one open file; [`Root`] a folder below which everything happens;
//! [`Staged`] a file that is written beside its place and moved there when it is complete, over what it may [`Replace`];
//! [`TakenNames`] the names that a run has taken; [`settle`] makes many of them durable at once; [`Load`] is what a run
//! has at the disk at once. [`Slices`] is a part of a file that is read while it is sent, [`Pipe`] what has no positions:
//! standard input and output.

mod ring;

mod root;

mod file;

mod holes;

mod load;

mod own_name;

mod place;

mod spelling;

mod staged;

mod system;

mod slices;

mod pipe;

pub mod settle;

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

pub use file::{Caching, File, Room};
pub use holes::data_parts;
pub use load::{Load, LoadTally, TURNS_MAX};
pub use own_name::{is_own_name, part_name};
pub use pipe::Pipe;
pub use place::Replace;
pub use root::{Facts, Root};
pub(crate) use slices::Reading;
pub use slices::Slices;
pub use spelling::TakenNames;
pub use staged::{Complete, Staged};

use crate::buffer::{Layout, Pool};
use load::Turn;
pub(crate) use ring::{Registration, in_flight};

/// A worker's way to files. Cloning is cheap; it stays on its thread.
#[derive(Clone)]
pub struct Disk {
    way: Rc<Way>,
    load: Option<Arc<Load>>,
}

enum Way {
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
        Self::by(Way::Ring {
            pool: pool.clone(),
            registration: OnceCell::new(),
        })
    }

    /// Operations go through blocking threads of the current runtime.
    pub fn threads() -> Self {
        Self::by(Way::Threads)
    }

    fn by(way: Way) -> Self {
        Self {
            way: Rc::new(way),
            load: None,
        }
    }

    /// The same way, its operations counted and limited together with all that share this load.
    #[must_use]
    pub fn under(self, load: &Arc<Load>) -> Self {
        Self {
            load: Some(Arc::clone(load)),
            ..self
        }
    }

    /// Waits for the turn of an operation, where there is anything to wait for.
    async fn turn(&self) -> Option<Turn> {
        match &self.load {
            Some(load) => Some(load.turn().await),
            None => None,
        }
    }

    /// There is a ring.
    fn is_ring(&self) -> bool {
        matches!(&*self.way, Way::Ring { .. })
    }

    /// Whether the ring knows this run of a buffer.
    fn knows(&self, layout: Layout<'_>, from: usize, bytes: usize) -> bool {
        let Way::Ring { pool, registration } = &*self.way else {
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
