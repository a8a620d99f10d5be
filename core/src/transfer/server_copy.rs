//! Waits for copies that a service makes in its own time.
//!
//! Each copy is polled now and then, many at once, until it is complete, the service gives up, or
//! the run is stopped. A copy in waiting holds no permit and no memory.

use tokio::sync::Semaphore;

use crate::entry::ETag;
use crate::report::Totals;
use crate::stop::Stop;
use crate::store::Tools;
use crate::store::rest::poll_interval::PollInterval;
use crate::store::server_copy::{Pending, Progress};
use crate::{Error, Result};

/// Copies that one worker polls at once.
pub(super) const POLLS_MAX: usize = 4;

/// What polling needs.
pub(super) struct CopyPoll<'a> {
    pub(super) tools: &'a Tools,
    pub(super) poll_permits: &'a Semaphore,
    pub(super) stop: &'a Stop,
    pub(super) totals: &'a Totals,
}

impl CopyPoll<'_> {
    /// Waits for the end of a copy of `bytes`, and counts its bytes as they come.
    ///
    /// Returns the entity tag of the target. When the run is stopped the service goes on; then this
    /// fails.
    pub(super) async fn wait(&self, pending: &dyn Pending, bytes: u64) -> Result<Option<ETag>> {
        let mut interval = PollInterval::default();
        let mut counted = 0;
        loop {
            let wait = interval.next(counted, bytes);
            let look = async {
                self.tools.client.clock().sleep(wait).await;
                let _permit = self.poll_permits.acquire().await;
                pending.look(self.tools).await
            };
            // A poll may wait long, for its permit and for a service that does not answer.
            let progress = tokio::select! {
                progress = look => progress?,
                () = self.stop.stopped() => {
                    if self.stop.reason().is_some() {
                        return Err(Error::Stopped);
                    }
                    return Err(Error::StillCopying(pending.id().as_str().to_owned()));
                }
            };
            let there = match progress {
                Progress::Pending(there) => there.min(bytes),
                Progress::Done(_) => bytes,
            };
            Totals::add(&self.totals.moved_bytes, there.saturating_sub(counted));
            counted = counted.max(there);
            if let Progress::Done(etag) = progress {
                return Ok(etag);
            }
        }
    }
}
