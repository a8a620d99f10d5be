//! Files: read and written at positions, by the ring or by threads, whichever this machine allows.
//!
//! [`Disk`] is a worker's way to files; [`File`] one open file; [`Root`] a folder below which everything happens;
//! [`Staged`] a file that is written beside its place and moved there when it is complete; [`settle`] makes many of
//! them durable at once. [`Pipe`] is what has no positions: standard input and output.

mod ring;

mod root;

mod file;

mod holes;

mod staged;

mod pipe;

pub mod settle;

use std::rc::Rc;

pub use file::{Caching, File, Room};
pub use holes::data_parts;
pub use pipe::Pipe;
pub use root::{Facts, Root};
pub use staged::{Complete, Staged};

pub(crate) use ring::{Registration, in_flight};

/// A worker's way to files. Cloning is cheap; it stays on its thread.
#[derive(Clone)]
pub struct Disk(Rc<Way>);

enum Way {
    /// On the ring of this thread; as many bytes of the arena's beginning are registered with it.
    Ring { registration: Option<Registration> },
    /// In threads of this runtime's blocking pool.
    Threads,
}

impl Disk {
    /// Operations go through this thread's ring.
    pub(crate) fn ring(registration: Option<Registration>) -> Self {
        Self(Rc::new(Way::Ring { registration }))
    }

    /// Operations go through blocking threads of the current runtime.
    pub fn threads() -> Self {
        Self(Rc::new(Way::Threads))
    }

    /// How many bytes of the arena's beginning the ring knows; `None` when there is no ring.
    fn registered(&self) -> Option<usize> {
        match &*self.0 {
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
