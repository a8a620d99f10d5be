//! What a copy through a pipe uses, and what becomes of its object.

use crate::Result;
use crate::digest::follower::Md5;
use crate::entry::{ETag, EntryName};
use crate::options::Options;
use crate::report::Totals;
use crate::schedule::gate::{Permit, WorkerPermits};
use crate::stop::Stop;
use crate::store::Tools;

/// Blocks that are not on their way over the network: one is read, one hashed, one written.
const BLOCKS_BESIDE: usize = 3;

/// What a copy through a pipe uses.
pub(super) struct PipeContext<'a> {
    pub(super) options: &'a Options,
    pub(super) tools: Tools,
    /// The permits for requests.
    pub(super) permits: &'a WorkerPermits,
    pub(super) totals: &'a Totals,
    pub(super) stop: &'a Stop,
}

impl PipeContext<'_> {
    /// Waits for a permit for one more request, and provides memory for all that are allowed now.
    pub(super) async fn permit(&self) -> Permit {
        let permit = self.permits.permit().await;
        let blocks = self.permits.granted() as usize + BLOCKS_BESIDE;
        self.tools.pool.provide_for(blocks);
        permit
    }
}

/// An object that was copied.
pub(super) struct PipedObject {
    pub(super) bytes: u64,
    pub(super) md5: Option<Md5>,
    pub(super) etag: Option<ETag>,
}

/// The name of the object, and whether it was copied.
pub(super) type PipeOutcome = (EntryName, Result<PipedObject>);
