//! Files: read and written at positions, by the ring or by threads, whichever this machine allows.
//!
//! [`Disk`] is a worker's way to files; [`File`] one open file; [`Root`] a folder below which everything happens;
//! [`Staged`] a file that is written beside its place and moved there when it is complete; [`settle`] makes many of
//! them durable at once; [`Load`] is what a run has at the disk at once. [`Pipe`] is what has no positions: standard input
//! and output.

mod ring;

mod root;

mod file;

mod holes;

mod load;

mod staged;

mod pipe;

pub mod settle;

use std::rc::Rc;
use std::sync::Arc;

pub use file::{Caching, File, Room};
pub use holes::data_parts;
pub use load::{Load, LoadTally, TURNS_MAX};
pub use pipe::Pipe;
pub use root::{Facts, Root};
pub use staged::{Complete, Staged};

use load::Turn;
pub(crate) use ring::{Registration, in_flight};

/// A worker's way to files. Cloning is cheap; it stays on its thread.
#[derive(Clone)]
pub struct Disk {
    way: Rc<Way>,
    load: Option<Arc<Load>>,
}

enum Way {
    /// On the ring of this thread; as many bytes of the arena's beginning are registered with it.
    Ring { registration: Option<Registration> },
    /// In threads of this runtime's blocking pool.
    Threads,
}

impl Disk {
    /// Operations go through this thread's ring.
    pub(crate) fn ring(registration: Option<Registration>) -> Self {
        Self::by(Way::Ring { registration })
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

    /// How many bytes of the arena's beginning the ring knows; `None` when there is no ring.
    fn registered(&self) -> Option<usize> {
        match &*self.way {
            Way::Ring { registration } => {
                Some(registration.as_ref().map_or(0, Registration::bytes))
            }
            Way::Threads => None,
        }
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
