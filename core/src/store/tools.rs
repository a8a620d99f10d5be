//! The tools of a store on each thread: connections, files and memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use azring_transport::buffer::Pool;
use azring_transport::client::Client;
use azring_transport::disk::Disk;

/// One step of a store. It takes one allocation per object or chunk, and stays on the thread that began it.
pub type Step<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The tools of one thread. All threads share the stores, which borrow these tools for each step.
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
    /// The same tools for one object. `again` counts the further attempts of its requests.
    pub fn counting(&self, again: &Arc<AtomicU32>) -> Self {
        Self {
            client: self.client.counting(again),
            ..self.clone()
        }
    }
}
