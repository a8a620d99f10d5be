//! The copy through a pipe, from its permits to its outcome.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use super::context::{PipeContext, PipedObject};
use super::{download, upload};
use crate::Result;
use crate::job::run::Run;
use crate::plan::route::Direction;
use crate::report::{Details, Totals};
use crate::schedule::gate::WorkerPermits;
use crate::store::Tools;

impl Run<'_> {
    /// Copies the one object. Its source has no parts that could be unlisted.
    pub(in crate::job) async fn pipe(&self) -> Result<u64> {
        let (tools, permits, mut controller) = self.resources.alone()?;
        let copied = tokio::select! {
            copied = self.copy_object(&tools, &permits) => copied,
            never = self.steer(&mut controller) => match never {},
            never = tools.client.count_arrivals() => match never {},
            never = self.end_waits_on_stop() => match never {},
        };
        self.finish(controller);
        copied.map(|()| 0)
    }

    /// Copies between a pipe and a service. A failure of the object alone is reported as such.
    ///
    /// Fails where the run cannot begin: a service that refuses, a location that is no single object.
    async fn copy_object(&self, tools: &Tools, permits: &WorkerPermits) -> Result<()> {
        let begun = Instant::now();
        let repeated = Arc::<AtomicU32>::default();
        let context = PipeContext {
            options: self.options,
            tools: tools.counting(&repeated),
            permits,
            totals: self.totals,
            stop: self.stop,
        };
        let (name, copied) = match self.route.direction {
            Direction::Upload => upload::copy(&context).await?,
            Direction::Download | Direction::ServiceToService => download::copy(&context).await?,
        };
        Totals::add(&self.totals.listing_done, 1);
        let details = |md5, etag| Details {
            md5,
            etag,
            attempts: 1 + repeated.load(Ordering::Relaxed),
            elapsed: begun.elapsed(),
            is_moved: false,
        };
        match copied {
            Ok(PipedObject { bytes, md5, etag }) => {
                let details = details(md5, etag);
                self.settlement().done(&name, bytes, &details);
            }
            Err(error) => {
                let bytes = Totals::get(&self.totals.listed_bytes);
                let details = details(None, None);
                self.settlement().fail(&name, bytes, &error, &details);
            }
        }
        Ok(())
    }
}
