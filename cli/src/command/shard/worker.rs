//! A worker: it copies shards of a plan with its own credentials, and commits objects whose parts are all written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_core::options::{Options, ShardScope};
use azring_core::report::Summary;
use azring_core::shard::{ClaimedShard, Plan, PlanFolder, ShardFailure, ShardResult, ShardState};

use super::super::copy::counts;
use super::super::run_host::{RunHost, failed, listeners};
use super::failure::{POLICY, fail};
use super::shard_failures::ShardFailures;
use super::worker_args::{check_ends, joined};
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
pub(super) struct Worker<'a> {
    pub(super) folder: &'a dyn PlanFolder,
    pub(super) plan: Plan,
    pub(super) state: PathBuf,
    pub(super) args: &'a ParsedArgs,
    environment: Environment,
    host: RunHost,
    pub(super) console: &'a Arc<Console>,
}

/// How a run of a worker ended.
pub(super) struct Copied {
    pub(super) ending: Ending,
    /// What was counted, if the run could go on to its end.
    pub(super) summary: Option<Summary>,
    /// The first failures, without secrets.
    pub(super) reasons: Vec<String>,
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

impl<'a> Worker<'a> {
    /// A worker with these parameters. The inner error is the end of the command. Only one worker may exist in a
    /// process.
    pub(super) fn open(
        folder: &'a dyn PlanFolder,
        plan: Plan,
        args: &'a ParsedArgs,
        console: &'a Arc<Console>,
    ) -> Result<Result<Self, Ending>, UsageError> {
        let mut environment = Environment::of_process(console, prompt::secret_line(console));
        // A worker's decisions must be the same on every machine.
        environment.can_ask = false;
        let state = state(args, &environment)?;
        let host = match RunHost::open(console) {
            Ok(host) => host,
            Err(ending) => return Ok(Err(ending)),
        };
        Ok(Ok(Self {
            folder,
            plan,
            state,
            args,
            environment,
            host,
            console,
        }))
    }
}

impl Worker<'_> {
    /// Copies one shard, unless it is done already.
    pub(super) fn shard(&self, index: u32) -> Result<Ending, UsageError> {
        if let Err(error) = self.plan.shard(index) {
            let ending = fail(&error, self.console);
            // A plan that is still being written may get the shard later.
            return Ok(if self.plan.is_sealed {
                ending
            } else {
                Ending::Unavailable
            });
        }
        match ShardResult::find(self.folder, &self.plan, index) {
            Ok(None) => {}
            Ok(Some(result)) => {
                self.tell_done(index, &result);
                return self.commit_objects(index);
            }
            Err(error) => return Ok(fail(&error, self.console)),
        }
        let state = ShardState::of(&self.plan, index, &self.state);
        let state = match state {
            Ok(state) => state,
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let claimed = match state.claim(self.folder, &self.plan) {
            Ok(claimed) => claimed,
            Err(error) => return Ok(fail(&error, self.console)),
        };
        let command = format!("shard run {} {index}", self.folder.shown());
        let (own, job) = ((&state, self.args), self.plan.job(index));
        let copied = match self.copy(claimed, own, job, &command, Some(index))? {
            Ok(copied) => copied,
            Err(ending) => return Ok(ending),
        };
        match (copied.ending, copied.summary) {
            (Ending::Success, _) => match self.publish(index, &state) {
                Ending::Success => self.commit_objects(index),
                ending => Ok(ending),
            },
            (ending, Some(summary)) => {
                self.publish_failure(index, &summary, copied.reasons);
                self.tell_how_to_go_on(&state, ending);
                Ok(ending)
            }
            (ending, None) => Ok(ending),
        }
    }

    /// Copies the objects of a claimed shard, or without an index commits an object. The inner error is the end of a
    /// run that could not begin.
    pub(super) fn copy(
        &self,
        claimed: ClaimedShard,
        (state, own): (&ShardState, &ParsedArgs),
        job: [u8; 16],
        command: &str,
        index: Option<u32>,
    ) -> Result<Result<Copied, Ending>, UsageError> {
        let range = index.and_then(|index| self.plan.shards[index as usize].range.clone());
        let args = joined(claimed.command(), own, range.is_some())?;
        let mut options = intent::options(&args, &self.environment)?;
        if let Err(error) = check_ends(&self.plan, &options) {
            return Ok(Err(fail(&error, self.console)));
        }
        options.shard = Some(range.map_or(ShardScope::Objects, ShardScope::Range));
        options.download.part_of = claimed.worker();
        options.table.spool_in = Some(self.state.clone());
        let mut settings = Settings::new(&args, &self.environment)?.of_command(command);
        settings.exit_policy = POLICY;
        settings.job = JobId::of_id(job);
        options.selection.own_files = settings.files().cloned().collect();
        options.selection.own_files.extend(state.files());
        intent::attach_source(&args, &options.source)?;
        let session = match claimed.resume() {
            Ok(session) => session,
            Err(error) => return Ok(Err(fail(&error, self.console))),
        };
        let report = settings.report.as_deref().map(report::open).transpose()?;
        let mut listeners = match listeners(&options, &settings, report, self.console) {
            Ok(listeners) => listeners,
            Err(text) => return Ok(Err(failed(self.console, &text))),
        };
        let failures = ShardFailures::default();
        listeners.push(Box::new(failures.clone()));
        if let Some(index) = index {
            listeners.extend(counts(&options, &settings, self.console));
            self.tell_begun(index, &options, &settings);
        }
        let (result, ending) = self.host.run(&options, &settings, Some(session), listeners);
        Ok(Ok(Copied {
            ending,
            summary: result.ok(),
            reasons: failures.take(),
        }))
    }

    /// Writes the result of a complete shard, and removes the worker's copy.
    fn publish(&self, index: u32, state: &ShardState) -> Ending {
        match ShardResult::publish(self.folder, &self.plan, index, state) {
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
        if let Err(error) = failure.publish(self.folder) {
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
        let parts = match shard.parts {
            0 => String::new(),
            parts => format!(" and {} part(s) of larger objects", count(parts)),
        };
        let text = format!(
            "shard {index} of {}: {} object(s){parts} from `{}` to `{}`",
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
