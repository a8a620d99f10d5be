//! A worker's way to files: the ring of its thread, or the blocking threads of its runtime.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use super::load::{DiskLoad, OperationPermit};
use super::ring::Registration;
use crate::buffer::{Layout, Pool};

/// A worker's way to files. Cloning is cheap; it stays on its thread.
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
    /// Operations go through this thread's ring. The pool's memory is registered with the ring
    /// before the first file that goes around the page cache. Registering takes all of that memory
    /// from the machine at once (36 MiB, 30 ms) and helps nothing else.
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

    /// The same backend. Its operations are counted and limited together with all that share this
    /// load.
    #[must_use]
    pub fn under(self, load: &Arc<DiskLoad>) -> Self {
        Self {
            load: Some(Arc::clone(load)),
            ..self
        }
    }

    /// Waits for the permit of an operation, where operations are limited.
    pub(super) async fn permit(&self) -> Option<OperationPermit> {
        match &self.load {
            Some(load) => Some(load.permit().await),
            None => None,
        }
    }

    /// Operations go through a ring.
    pub(super) fn is_ring(&self) -> bool {
        matches!(&*self.backend, Backend::Ring { .. })
    }

    /// Whether this run of a buffer is registered with the ring.
    pub(super) fn knows(&self, layout: Layout<'_>, from: usize, bytes: usize) -> bool {
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
