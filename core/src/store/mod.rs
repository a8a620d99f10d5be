//! Places that hold objects. A store knows itself, as a source, as a destination, or both; what lies between two of
//! them knows neither.

mod target;

mod source;

mod origin;

pub(crate) mod listing;

pub(crate) mod remover;

pub(crate) mod in_order;

pub mod server_copy;

mod single_target;

mod stream_target;

mod opener;

mod open;

pub mod local;

pub mod blob;

pub mod synthetic;

pub mod rest;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use azring_transport::buffer::Pool;
use azring_transport::client::Client;
use azring_transport::disk::Disk;

pub use listing::ListScope;
pub use open::{Ends, open};
pub(crate) use open::{named_source, named_target};
pub use origin::{Origin, OriginAccess};
pub use remover::{Removal, Remover};
pub use server_copy::{Copying, Pending, ServerCopy};
pub use single_target::SingleName;
pub use source::{Page, Pages, Reader, Source};
pub use stream_target::{ObjectStream, StreamTarget};
pub use target::{ChunkPlan, Committed, Receipt, Settling, Stat, Sums, Target, TargetForm, Writer};

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
