//! `azring shard run PLAN i|i-j SOURCE TARGET --state FOLDER`: copies shards of a plan.
//!
//! A worker needs nothing but the plan's folder, the two places and its own credentials. The same shard may
//! run twice, at once or later: the first result counts. Exit codes are the detailed ones, so that a
//! scheduler knows which attempts are worth repeating.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_core::options::Options;
use azring_core::report::Summary;
use azring_core::shard::{Plan, PlanFolder, ShardFailure, ShardResult, ShardState};

use super::super::copy::counts;
use super::super::definition::read_places;
use super::super::run_host::{RunHost, failed, listeners};
use super::failure::{POLICY, fail};
use super::places::{indices, plan_place, refuse};
use super::plan_place::PlanPlace;
use super::shard_failures::ShardFailures;
use super::worker_args::{FOREIGN, check_ends, joined};
use crate::console::{Console, Level, count};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::job_id::JobId;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, local};
use crate::settings::Settings;
use crate::usage_error::UsageError;
use crate::{intent, prompt, report};

/// The folder below azring's state folder where the command names none.
const STATE: &str = "shards";

/// A worker, for all shards of its command.
struct Worker<'a> {
    folder: Box<dyn PlanFolder>,
    plan: Plan,
    state: PathBuf,
    args: &'a ParsedArgs,
    environment: Environment,
    host: RunHost,
    console: &'a Arc<Console>,
}

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
    let mut environment = Environment::of_process(console, prompt::secret_line(console));
    // A worker's decisions must be the same on every machine.
    environment.can_ask = false;
    let state = state(&args, &environment)?;
    let plan = match folder.plan() {
        Ok(plan) => plan,
        Err(error) => return Ok(fail(&error, console)),
    };
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return Ok(ending),
    };
    let worker = Worker {
        folder,
        plan,
        state,
        args: &args,
        environment,
        host,
        console,
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

fn state(args: &ParsedArgs, environment: &Environment) -> Result<PathBuf, UsageError> {
    let given = local(args, &row::STATE)?;
    let own = || Some(environment.state_folder()?.join(STATE));
    given.or_else(own).ok_or_else(|| {
        UsageError::meaning(format!(
            "`{}` is missing: there is no home folder for the journals of shards",
            row::STATE.spelled(args.dialect())
        ))
    })
}

impl Worker<'_> {
    /// Copies one shard, unless it is done already.
    fn shard(&self, index: u32) -> Result<Ending, UsageError> {
        if let Err(error) = self.plan.shard(index) {
            let ending = fail(&error, self.console);
            // A plan that is still being written may get the shard later.
            return Ok(if self.plan.is_sealed {
                ending
            } else {
                Ending::Unavailable
            });
        }
        match ShardResult::find(&*self.folder, &self.plan, index) {
            Ok(None) => {}
            Ok(Some(result)) => {
                self.tell_done(index, &result);
                return Ok(Ending::Success);
            }
            Err(error) => return Ok(fail(&error, self.console)),
        }
        let state = ShardState::of(&self.plan, index, &self.state);
        let claimed = match state.claim(&*self.folder, &self.plan, index) {
            Ok(claimed) => claimed,
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let args = joined(claimed.command(), self.args)?;
        let mut options = intent::options(&args, &self.environment)?;
        if let Err(error) = check_ends(&self.plan, &options) {
            return Ok(fail(&error, self.console));
        }
        options.is_shard = true;
        options.download.part_of = claimed.worker();
        options.table.spool_in = Some(self.state.clone());
        let mut settings = Settings::new(&args, &self.environment)?
            .of_command(&format!("shard run {} {index}", self.folder.shown()));
        settings.exit_policy = POLICY;
        settings.job = JobId::of_id(self.plan.job(index));
        options.selection.own_files = settings.files().cloned().collect();
        options.selection.own_files.extend(state.files());
        intent::attach_source(&args, &options.source)?;
        let session = match claimed.resume() {
            Ok(session) => session,
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let report = settings.report.as_deref().map(report::open).transpose()?;
        let mut listeners = match listeners(&options, &settings, report, self.console) {
            Ok(listeners) => listeners,
            Err(text) => return Ok(failed(self.console, &text)),
        };
        let failures = ShardFailures::default();
        listeners.push(Box::new(failures.clone()));
        listeners.extend(counts(&options, &settings, self.console));
        self.tell_begun(index, &options, &settings);
        let (result, ending) = self.host.run(&options, &settings, Some(session), listeners);
        Ok(match (ending, result) {
            (Ending::Success, _) => self.publish(index, &state),
            (ending, Ok(summary)) => {
                self.publish_failure(index, &summary, failures.take());
                self.tell_how_to_go_on(&state, ending);
                ending
            }
            (ending, Err(_)) => ending,
        })
    }

    /// Writes the result of a complete shard, and removes the worker's copy.
    fn publish(&self, index: u32, state: &ShardState) -> Ending {
        match ShardResult::publish(&*self.folder, &self.plan, index, state) {
            Ok((result, is_ours)) => {
                if !is_ours {
                    self.tell_done(index, &result);
                }
                if let Err(error) = state.remove() {
                    // The result is what counts.
                    self.console.message(Level::Warning, &error.to_string());
                }
                Ending::Success
            }
            Err(error) => fail(&error, self.console),
        }
    }

    /// Tells the others about an attempt in which objects failed. A stopped run has not failed.
    fn publish_failure(&self, index: u32, summary: &Summary, reasons: Vec<String>) {
        let failed = summary.failed + summary.directories_failed;
        if failed == 0 {
            return;
        }
        let failure = ShardFailure::now(&self.plan, index, failed, reasons);
        if let Err(error) = failure.publish(&*self.folder) {
            self.console.message(Level::Warning, &error.to_string());
        }
    }

    fn tell_begun(&self, index: u32, options: &Options, settings: &Settings) {
        if settings.has_errors_only() {
            self.console.show_errors_only();
        }
        if settings.json || settings.is_silent() {
            return;
        }
        self.console.show_notices();
        let shard = &self.plan.shards[index as usize];
        let text = format!(
            "shard {index} of {}: {} object(s) from `{}` to `{}`",
            self.plan.shards.len(),
            count(shard.objects),
            options.source,
            options.target
        );
        self.console.message(Level::Info, &text);
    }

    fn tell_done(&self, index: u32, result: &ShardResult) {
        let text = format!(
            "shard {index} is done already: {} object(s) copied, {} skipped",
            count(result.done),
            count(result.skipped)
        );
        self.console.show_notices();
        self.console.message(Level::Info, &text);
    }

    fn tell_how_to_go_on(&self, state: &ShardState, ending: Ending) {
        if matches!(ending, Ending::Signal(_)) {
            let path: &Path = &state.path();
            let text = format!(
                "to resume this shard, give the same command again (journal `{}`)",
                path.display()
            );
            self.console.message(Level::Warning, &text);
        }
    }
}
