//! Commits objects that were copied in parts: by the worker that finished the last part, or by `shard merge`.
//!
//! Two may commit at once. The target's condition lets one of them commit, and the other one finds that it is done.

use azring_core::journal;
use azring_core::shard::{
    Error, ObjectFailure, ObjectOutcome, ObjectProgress, ObjectResult, Plan, ShardResult,
    ShardState, SplitObject, WrittenParts,
};

use super::failure::fail;
use super::places::without;
use super::worker::Worker;
use crate::console::Level;
use crate::ending::Ending;
use crate::parameter::{self as row, Parameter};
use crate::usage_error::UsageError;

/// Parameters of a worker that concern the run of its shard.
const OF_THE_SHARD: &[&Parameter] = &[&row::LEDGER, &row::REPORT, &row::METRICS, &row::OUTPUT];

impl Worker<'_> {
    /// Commits the objects that have a part in this shard, where all their parts are written.
    pub(super) fn commit_objects(&self, index: u32) -> Result<Ending, UsageError> {
        // The plan may have got the other parts since this worker read it.
        let plan = if self.plan.is_sealed {
            Ok(self.plan.clone())
        } else {
            self.folder.plan()
        };
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let mut all = Ending::Success;
        let objects = plan.split.iter();
        for object in objects.filter(|object| object.shards.contains(&index)) {
            let result = |shard| ShardResult::find(self.folder, &plan, shard);
            let ending = match ObjectProgress::of(self.folder, &plan, object, result) {
                Ok(progress) => self.commit_written(&plan, object, &progress)?,
                Err(error) => fail(&error, self.console),
            };
            if matches!(ending, Ending::Signal(_)) {
                return Ok(ending);
            }
            if all == Ending::Success {
                all = ending;
            }
        }
        Ok(all)
    }

    /// Commits the object, if all its parts are written and nobody has committed it.
    pub(super) fn commit_written(
        &self,
        plan: &Plan,
        object: &SplitObject,
        progress: &ObjectProgress,
    ) -> Result<Ending, UsageError> {
        match progress {
            ObjectProgress::Written(parts, _) => self.commit(plan, object, parts),
            ObjectProgress::Done(_) | ObjectProgress::Waiting(_) | ObjectProgress::Unplanned => {
                Ok(Ending::Success)
            }
        }
    }

    fn commit(
        &self,
        plan: &Plan,
        object: &SplitObject,
        parts: &WrittenParts,
    ) -> Result<Ending, UsageError> {
        if parts.skipped > 0 {
            return Ok(self.publish_object(plan, object, ObjectOutcome::Skipped));
        }
        let [identity] = &parts.identities[..] else {
            let reason = format!(
                "`{}` was replaced at the destination while its parts were copied: make another plan",
                object.name
            );
            self.console.message(Level::Error, &reason);
            self.publish_object_failure(plan, object, vec![reason]);
            return Ok(Ending::Failure);
        };
        let state = ShardState::of_object(plan, object, identity, &self.state);
        let claimed = match state.claim(self.folder, plan) {
            Ok(claimed) => claimed,
            // Another worker of this machine commits the object.
            Err(Error::Journal(journal::Error::Held { .. })) => return Ok(Ending::Success),
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let own = without(self.args, OF_THE_SHARD)?;
        let command = format!("shard merge {}", self.folder.shown());
        let copied = match self.copy(claimed, (&state, &own), object.job(plan), &command, None)? {
            Ok(copied) => copied,
            Err(ending) => return Ok(ending),
        };
        Ok(match copied.ending {
            Ending::Success => {
                let ending = self.publish_object(plan, object, ObjectOutcome::Done);
                if ending == Ending::Success
                    && let Err(error) = state.remove()
                {
                    // The result is what counts.
                    self.console.message(Level::Warning, &error.to_string());
                }
                ending
            }
            ending => {
                if !copied.reasons.is_empty() {
                    self.publish_object_failure(plan, object, copied.reasons);
                }
                ending
            }
        })
    }

    fn publish_object(&self, plan: &Plan, object: &SplitObject, outcome: ObjectOutcome) -> Ending {
        let result = ObjectResult::now(plan, object, outcome);
        match result.publish(self.folder, object) {
            Ok(is_ours) => {
                if is_ours && outcome == ObjectOutcome::Done {
                    let text = format!(
                        "`{}` is committed: all its {} parts are written",
                        object.name, object.parts
                    );
                    self.console.message(Level::Info, &text);
                }
                Ending::Success
            }
            Err(error) => fail(&error, self.console),
        }
    }

    fn publish_object_failure(&self, plan: &Plan, object: &SplitObject, reasons: Vec<String>) {
        let failure = ObjectFailure::now(plan, object, reasons);
        if let Err(error) = failure.publish(self.folder, object) {
            self.console.message(Level::Warning, &error.to_string());
        }
    }
}
