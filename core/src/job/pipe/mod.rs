//! A copy from standard input, or to standard output: one object, read or written from its front to its end.
//!
//! Such a copy has no listing and no plan, and one thread carries it: what it can do side by side is the network's part.
//! Many blocks are under way at once, as many as the controller allows, in memory that is bounded by the budget;
//! [`inward`] reads them, [`outward`] writes them in their order.

mod grow;

mod hashing;

mod inward;

mod outward;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::outcome::Settlement;
use crate::Result;
use crate::digest::follower::Md5;
use crate::entry::{ETag, EntryName};
use crate::options::Options;
use crate::plan::route::{Direction, Route};
use crate::report::{Details, Totals};
use crate::schedule::gate::{Permit, WorkerPermits};
use crate::stop::Stop;
use crate::store::Tools;

/// Blocks that are not on their way over the network: one is read, one hashed, one written.
const BLOCKS_BESIDE: usize = 3;

/// What a copy through a pipe works with.
struct Line<'a> {
    options: &'a Options,
    tools: Tools,
    /// The permits for requests.
    share: &'a WorkerPermits,
    totals: &'a Totals,
    stop: &'a Stop,
}

impl Line<'_> {
    /// Waits for a permit for one more request, and sees to it that there is memory for all that are allowed now.
    async fn permit(&self) -> Permit {
        let permit = self.share.permit().await;
        let blocks = self.share.granted() as usize + BLOCKS_BESIDE;
        self.tools.pool.provide_for(blocks);
        permit
    }
}

/// An object that went through.
struct Passed {
    bytes: u64,
    md5: Option<Md5>,
    etag: Option<ETag>,
}

/// Copies between a pipe and a service. What concerns the object alone is reported as its failure.
///
/// Fails where the run cannot begin: a service that refuses, a location that is no single blob.
pub(super) async fn copy(
    options: &Options,
    route: &Route,
    tools: &Tools,
    share: &WorkerPermits,
    settlement: Settlement<'_>,
    stop: &Stop,
) -> Result<()> {
    let begun = Instant::now();
    let again = Arc::<AtomicU32>::default();
    let line = Line {
        options,
        tools: tools.counting(&again),
        share,
        totals: settlement.totals,
        stop,
    };
    let (name, passed) = match route.direction {
        Direction::Upload => inward::copy(&line).await?,
        Direction::Download | Direction::ServiceToService => outward::copy(&line).await?,
    };
    Totals::add(&settlement.totals.listing_done, 1);
    let details = |md5, etag| Details {
        md5,
        etag,
        attempts: 1 + again.load(Ordering::Relaxed),
        elapsed: begun.elapsed(),
    };
    match passed {
        Ok(Passed { bytes, md5, etag }) => {
            let details = details(md5, etag);
            settlement.done(&name, bytes, &details);
        }
        Err(error) => {
            let bytes = Totals::get(&settlement.totals.listed_bytes);
            let details = details(None, None);
            settlement.fail(&name, bytes, &error, &details);
        }
    }
    Ok(())
}

/// An object, and what came of it.
type Ended = (EntryName, Result<Passed>);
