//! What a store works with on each thread.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use azring_transport::buffer::Pool;
use azring_transport::client::Client;
use azring_transport::disk::Disk;

/// A step of a store: one allocation per object or chunk. It stays on the thread that began it.
pub type Step<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// What a thread works with; stores are shared by all threads and borrow these for each step.
#[derive(Clone)]
pub struct Tools {
    /// Connections.
    pub client: Client,
    /// Files.
    pub disk: Disk,
    /// Memory.
    pub pool: Pool,
}

impl Tools {
    /// The same tools in the hands of one object, whose further attempts `again` counts.
    pub fn counting(&self, again: &Arc<AtomicU32>) -> Self {
        Self {
            client: self.client.counting(again),
            ..self.clone()
        }
    }
}
