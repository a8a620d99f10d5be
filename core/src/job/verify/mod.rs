//! The command `verify`: compares the objects of two places, and writes nothing.
//!
//! Both sides are listed and joined by name (`pairs`). Lengths and stored MD5s are compared at once
//! (`verification`). Two objects that must be read go through the same queue and the same workers as a copy, to
//! a target that reads its side and compares (`comparing_target`).

mod pairs;

mod comparing_target;

mod verification;

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::run::Run;
use crate::Result;
use crate::options::VerifyOptions;
use crate::plan::history::Note;
use crate::report::Totals;
use crate::schedule::limits::OPEN_MAX;
use crate::store::{self, Ends};

use comparing_target::ComparingTarget;
use pairs::Sides;
use verification::Verification;

impl Run<'_> {
    /// Compares both sides; returns how many parts of them could not be listed.
    pub(super) async fn verify(
        &self,
        options: VerifyOptions,
        mut notes: UnboundedReceiver<(u64, Note)>,
    ) -> Result<u64> {
        let tools = self.resources.tools()?;
        let helpers = self.resources.helpers(self.options);
        let opening = Sides::open(self.options, &tools);
        // The future is large and is awaited once.
        let opened = self.with_service_reports(self.stop.unless_stopped(opening));
        let sides = Box::pin(opened).await?;
        let target = Arc::new(ComparingTarget::new(&sides));
        let ends = Ends {
            source: Arc::clone(&sides.source),
            source_folder: self.options.source.clone(),
            target: Arc::clone(&target) as Arc<dyn store::Target>,
            server_copy: None,
            single: None,
            route: *self.route,
            wants_md5: false,
        };
        let context = self.transfer_context(&ends, &helpers);
        let files = self.resources.open_files(&ends);
        let open_max = files.objects_max(OPEN_MAX);
        let (workers, queue, events, controller) = self.resources.start(self.stop, open_max);
        let comparison = Verification {
            run: self,
            by: options.by,
            tools: &tools,
            sides: &sides,
            target: &target,
            context: &context,
            files,
        };
        let (unlisted, lost_worker) = tokio::join!(
            comparison.feed(queue),
            self.listen(events, &mut notes, controller)
        );
        workers.join()?;
        drop((ends, context));
        helpers.join();
        match lost_worker {
            Some(error) if Totals::get(&self.totals.done) == 0 => Err(error),
            _ => unlisted,
        }
    }
}
