//! `azring shard run PLAN i|i-j SOURCE TARGET --state FOLDER`: copies shards of a plan.
//!
//! A worker needs nothing but the plan's folder, the two places and its own credentials. The same shard may
//! run twice, at once or later: the first result counts. Exit codes are the detailed ones, so that a
//! scheduler knows which attempts are worth repeating.

use std::ffi::OsString;
use std::sync::Arc;

use super::super::definition::read_places;
use super::failure::fail;
use super::places::{indices, plan_place, refuse};
use super::plan_place::PlanPlace;
use super::worker::Worker;
use super::worker_args::FOREIGN;
use crate::console::Console;
use crate::ending::Ending;
use crate::usage_error::UsageError;

pub(super) fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (place, rest) = plan_place(words, "run")?;
    let (word, rest) = match rest.split_first() {
        Some((word, rest)) => (Some(word), rest),
        None => (None, rest),
    };
    let indices = indices(word)?;
    let args = read_places(rest)?;
    refuse(&args, FOREIGN, "has no meaning for a worker")?;
    let folder = PlanPlace::of(place, &args, console)?.folder();
    let plan = match folder.plan() {
        Ok(plan) => plan,
        Err(error) => return Ok(fail(&error, console)),
    };
    let worker = match Worker::open(&*folder, plan, &args, console)? {
        Ok(worker) => worker,
        Err(ending) => return Ok(ending),
    };
    let mut all = Ending::Success;
    for index in indices {
        let ending = worker.shard(index)?;
        if matches!(ending, Ending::Signal(_)) {
            return Ok(ending);
        }
        if all == Ending::Success {
            all = ending;
        }
    }
    Ok(all)
}
