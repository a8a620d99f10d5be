//! `azring jobs`: the journals of incomplete copies: what they copy, their progress, how to resume.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use azring_core::entry::EntryName;
use azring_core::journal::{
    self, Claim, Error, Files, Folder as _, Holder, Record, Replayed, each_record, peek,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::copy;
use super::definition::Command;
use crate::args;
use crate::args::azcopy10::Verb;
use crate::console::{Console, Level, count, size};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::help::CommandHelp;
use crate::journal::{ENDING, journals_in, remove_leftovers};
use crate::listener::record::record;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, choice, local};
use crate::prompt;
use crate::usage_error::UsageError;

pub(super) const COMMAND: Command = Command {
    help: CommandHelp {
        name: "jobs",
        usage: "[list | show <job>... | clean [<job>...]] [parameters]",
        brief: "Show the copies that can be resumed, or delete their journals",
    },
    taken: &[&row::Z, &row::OUTPUT],
    has_own_help: false,
    run,
};

/// One call of AzCopy 10's `jobs`.
pub(super) struct Call<'a> {
    /// The job that it names.
    pub(super) job: Option<&'a OsStr>,
    /// The status that it asks for.
    pub(super) status: Option<&'a str>,
}

/// Runs AzCopy 10's `jobs list|show|resume|clean|remove`. azring keeps the journals of jobs that are not complete only.
pub(super) fn of_azcopy10(
    verb: Verb,
    call: &Call<'_>,
    mut args: ParsedArgs,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let folder = folder(&args, &environment)?;
    let wanted: Vec<OsString> = call.job.map(journal_of).into_iter().collect();
    let jobs = Jobs {
        names: names(&folder, &wanted)
            .map_err(|error| UsageError::meaning(format!("{error}; {COMPLETE_JOBS}")))?,
        folder,
        json: choice(&args, &row::OUTPUT)? == Some("json"),
        console,
    };
    if verb == Verb::JobsResume {
        let [name] = &jobs.names[..] else {
            return Err(UsageError::meaning(
                "`jobs resume` needs one job, as `azring jobs list` shows it",
            ));
        };
        // A resumed job asks nothing, as the command did not.
        args.add(&row::Y, None)?;
        return copy::resume(&args, &jobs.folder, name, console);
    }
    let jobs = jobs.with_status(call.status.filter(|_| verb != Verb::JobsShow))?;
    let is_asked = call.status.is_some_and(is_of_complete_jobs);
    if is_asked && verb == Verb::JobsList && !jobs.json {
        console.result(COMPLETE_JOBS);
    }
    Ok(match verb {
        Verb::JobsShow => jobs.show(),
        Verb::JobsClean | Verb::JobsRemove => jobs.clean(),
        _ => jobs.list(),
    })
}

/// What azring does not keep.
const COMPLETE_JOBS: &str = "azring keeps the journals of jobs that are not complete: nothing is kept of a complete job but its log \
     (`AZCOPY_LOG_LOCATION`) and what `/Ledger` or `/Report` wrote";

/// Whether only complete jobs have this status of AzCopy 10.
fn is_of_complete_jobs(status: &str) -> bool {
    ["completed", "completedwithskipped"].contains(&&*status.to_ascii_lowercase())
}

/// The beginning of the name of a journal, from the number that AzCopy 10 shows of the job.
fn journal_of(job: &OsStr) -> OsString {
    let text = job.to_string_lossy();
    let digits = text.replace('-', "");
    let is_number = digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    if is_number {
        digits[..16].to_ascii_lowercase().into()
    } else {
        job.to_owned()
    }
}

/// The number of failed objects that are shown of a job.
const FAILED_MAX: usize = 20;

/// The action on jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    List,
    Show,
    Clean,
}

fn run(list: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (bare, rest) = list.split_at(
        list.iter()
            .position(|word| args::is_parameter(word))
            .unwrap_or(list.len()),
    );
    let (action, wanted) = action(bare)?;
    let args = COMMAND.read(rest)?;
    let environment = Environment::of_process(console, prompt::secret_line(console));
    let folder = folder(&args, &environment)?;
    let jobs = Jobs {
        names: names(&folder, wanted)?,
        folder,
        json: choice(&args, &row::OUTPUT)? == Some("json"),
        console,
    };
    Ok(match action {
        Action::List => jobs.list(),
        Action::Show => jobs.show(),
        Action::Clean => jobs.clean(),
    })
}

fn action(bare: &[OsString]) -> Result<(Action, &[OsString]), UsageError> {
    let (first, wanted) = match bare.split_first() {
        None => return Ok((Action::List, &[])),
        Some((first, wanted)) => (first, wanted),
    };
    let action = match first.to_str() {
        Some("list") if wanted.is_empty() => Action::List,
        Some("show") if !wanted.is_empty() => Action::Show,
        Some("clean") => Action::Clean,
        Some("show") => {
            return Err(UsageError::meaning(
                "`jobs show` needs the name of a job, as `azring jobs` lists it",
            ));
        }
        _ => {
            return Err(UsageError::meaning(format!(
                "`{}` is no action of `jobs`: the actions are `list`, `show <job>` and `clean [<job>]`",
                crate::mask::shown(&first.to_string_lossy())
            )));
        }
    };
    Ok((action, wanted))
}

fn folder(args: &ParsedArgs, environment: &Environment) -> Result<PathBuf, UsageError> {
    local(args, &row::Z)?
        .or_else(|| environment.journal_folder(args.dialect()))
        .ok_or_else(|| {
            UsageError::meaning("there is no home folder, and so no folder with journals")
        })
}

/// The journals whose names begin with a wanted word; all journals without one.
fn names(folder: &Path, wanted: &[OsString]) -> Result<Vec<String>, UsageError> {
    let all = journals_in(folder);
    if wanted.is_empty() {
        return Ok(all);
    }
    wanted
        .iter()
        .map(|job| {
            let job: &OsStr = job;
            let text = job.to_string_lossy();
            let text = text.trim_end_matches(ENDING);
            let mut found = all.iter().filter(|name| name.starts_with(text));
            match (found.next(), found.next()) {
                (Some(name), None) if !text.is_empty() => Ok(name.clone()),
                _ => Err(UsageError::meaning(format!(
                    "there is no job `{}` in `{}`, or more than one: `azring jobs` lists them",
                    crate::mask::shown(text),
                    folder.display()
                ))),
            }
        })
        .collect()
}

/// The jobs that the action is about.
struct Jobs<'a> {
    folder: PathBuf,
    names: Vec<String>,
    json: bool,
    console: &'a Console,
}

impl Jobs<'_> {
    /// The jobs of a status, in AzCopy 10's words.
    fn with_status(mut self, status: Option<&str>) -> Result<Self, UsageError> {
        let Some(status) = status else {
            return Ok(self);
        };
        let is_status: fn(&str) -> bool = match status.to_ascii_lowercase().as_str() {
            "all" | "" => return Ok(self),
            "inprogress" => |state| state.starts_with("running"),
            "cancelled" | "paused" => |state| state == "interrupted",
            "failed" | "completedwitherrors" | "completedwitherrorsandskipped" => {
                |state| state == "ended with failures"
            }
            // Of these there are no journals.
            "completed" | "completedwithskipped" | "completedwithfailures" | "cancelling" => {
                |_| false
            }
            _ => {
                return Err(UsageError::meaning(format!(
                    "invalid value `{}` for `--with-status`: it takes `All`, `InProgress`, `Cancelled`, `Failed`, `Completed`, \
                     `CompletedWithErrors`, `CompletedWithSkipped` or `CompletedWithErrorsAndSkipped`",
                    crate::mask::shown(status)
                )));
            }
        };
        self.names = std::mem::take(&mut self.names)
            .into_iter()
            .filter(|name| {
                let (said, holder) = self.look(name);
                said.is_ok_and(|said| is_status(&state(holder.as_ref(), &said)))
            })
            .collect();
        Ok(self)
    }

    fn list(&self) -> Ending {
        for name in &self.names {
            let (said, holder) = self.look(name);
            self.console.result(&if self.json {
                record(
                    Timestamp::now(),
                    "job",
                    &self.fields(name, &said, holder.as_ref()),
                )
            } else {
                brief(stem(name), &said, holder.as_ref())
            });
        }
        if self.names.is_empty() && !self.json {
            let text = format!("no journals in {}", self.folder.display());
            self.console.result(&text);
        }
        Ending::Success
    }

    fn show(&self) -> Ending {
        let mut ending = Ending::Success;
        for name in &self.names {
            let (said, holder) = self.look(name);
            if said.is_err() {
                ending = Ending::Failure;
            }
            self.console.result(&if self.json {
                record(
                    Timestamp::now(),
                    "job",
                    &self.fields(name, &said, holder.as_ref()),
                )
            } else {
                self.page(name, &said, holder.as_ref())
            });
        }
        ending
    }

    fn clean(&self) -> Ending {
        let mut ending = Ending::Success;
        for name in &self.names {
            match Claim::at(&self.folder, name).and_then(|claim| self.remove(claim)) {
                Ok(()) if self.json => {
                    let removed = json!({ "job": stem(name), "removed": true });
                    self.console
                        .result(&record(Timestamp::now(), "job", &removed));
                }
                Ok(()) => self.console.result(&format!("removed {}", stem(name))),
                Err(error) => {
                    // A journal in use is skipped. That is a failure only if the journal was named.
                    if !matches!(error, Error::Held { .. }) {
                        ending = Ending::Failure;
                    }
                    self.console.message(Level::Error, &error.to_string());
                }
            }
        }
        ending
    }

    /// Removes a journal and the partial files of its job.
    fn remove(&self, claim: Claim) -> journal::Result<()> {
        if let Ok(Some(replayed)) = claim.look() {
            remove_leftovers(&self.folder, &replayed, self.console);
        }
        claim.remove()
    }

    fn look(&self, name: &str) -> (journal::Result<Replayed>, Option<Holder>) {
        let (said, holder) = peek(&self.folder, name);
        let gone = || Error::Foreign {
            place: self.folder.join(name).display().to_string(),
        };
        (said.and_then(|said| said.ok_or_else(gone)), holder)
    }

    /// All that the journal says about a job.
    fn page(
        &self,
        name: &str,
        said: &journal::Result<Replayed>,
        holder: Option<&Holder>,
    ) -> String {
        let path = self.folder.join(name);
        let said = match said {
            Ok(said) => said,
            Err(error) => return format!("{}\n  {error}", stem(name)),
        };
        let counts = said.counts();
        let command = said.command();
        let mut lines = vec![
            stem(name).to_owned(),
            format!("  command:   {}", command.shown),
            format!("  begun:     {}", time(command.begun)),
            format!("  in folder: {}", EntryName::new(&command.folder[..])),
            format!("  state:     {}", state(holder, said)),
            format!(
                "  listed:    {} object(s), {}{}",
                count(counts.listed),
                size(counts.listed_bytes),
                if said.is_listed() {
                    ""
                } else {
                    ", and the listing has not ended"
                }
            ),
            format!(
                "  done:      {}, {}",
                count(counts.done),
                size(counts.done_bytes)
            ),
            format!("  skipped:   {}", count(counts.skipped)),
            format!("  open:      {}", count(said.pending_count())),
            format!("  failed:    {} of these", count(said.failed_count())),
        ];
        for (name, reason) in self.failed(name, said) {
            lines.push(format!("    {name}: {reason}"));
        }
        for what in said.unlisted() {
            let what = EntryName::new(&what[..]);
            lines.push(format!("  could not be listed: {what}"));
        }
        lines.push(format!("  resume:    {}", self.how_to_resume(name)));
        lines.push(format!("  journal:   {}", path.display()));
        lines.join("\n")
    }

    fn how_to_resume(&self, name: &str) -> String {
        if name == crate::journal::NAME {
            format!(
                "azring /Z:{} (and the keys), or the same command",
                self.folder.display()
            )
        } else {
            "the same command (and the keys)".to_owned()
        }
    }

    /// The objects that failed at the last attempt, each with its reason.
    fn failed(&self, name: &str, said: &Replayed) -> Vec<(EntryName, String)> {
        let failed: Vec<_> = said
            .pending()
            .flatten()
            .filter(|pending| pending.has_failed)
            .take(FAILED_MAX)
            .collect();
        let mut reasons = vec![String::new(); failed.len()];
        if let Ok(Some(file)) = Files::at(&self.folder).open(name) {
            // Records that cannot be read are left out.
            let _ = each_record(&*file, name, |_, record| {
                if let Record::Failed { seq, reason } = record
                    && let Some(index) = failed.iter().position(|pending| pending.seq == seq)
                {
                    reason.clone_into(&mut reasons[index]);
                }
            });
        }
        let names = failed.into_iter().map(|pending| pending.name);
        names.zip(reasons).collect()
    }

    fn fields(
        &self,
        name: &str,
        said: &journal::Result<Replayed>,
        holder: Option<&Holder>,
    ) -> Value {
        let journal = self.folder.join(name).display().to_string();
        match said {
            Ok(said) => {
                let counts = said.counts();
                let mut fields = json!({
                    "job": stem(name),
                    "journal": journal,
                    "command": said.command().shown,
                    "begun": time(said.command().begun),
                    "running": holder.is_some(),
                    "listed": counts.listed,
                    "listed_bytes": counts.listed_bytes,
                    "listing_done": said.is_listed(),
                    "done": counts.done,
                    "done_bytes": counts.done_bytes,
                    "skipped": counts.skipped,
                    "open": said.pending_count(),
                    "failed": said.failed_count(),
                });
                if let Some(holder) = holder {
                    fields["process"] = holder.pid.into();
                }
                fields
            }
            Err(error) => json!({
                "job": stem(name),
                "journal": journal,
                "running": holder.is_some(),
                "message": error.to_string(),
            }),
        }
    }
}

/// The name of a job.
fn stem(name: &str) -> &str {
    name.trim_end_matches(ENDING)
}

/// Two lines about a job.
fn brief(job: &str, said: &journal::Result<Replayed>, holder: Option<&Holder>) -> String {
    match said {
        Ok(said) => {
            let counts = said.counts();
            let settled = counts.done + counts.skipped;
            let more = if said.is_listed() { "" } else { " so far" };
            let failed = match said.failed_count() {
                0 => String::new(),
                failed => format!(", {} failed", count(failed)),
            };
            format!(
                "{job}  {}  {} of {} object(s){more}{failed}  {}\n  {}",
                time(said.command().begun),
                count(settled),
                count(counts.listed),
                state(holder, said),
                said.command().shown
            )
        }
        Err(error) => format!("{job}  {error}"),
    }
}

fn state(holder: Option<&Holder>, said: &Replayed) -> String {
    match holder {
        Some(holder) => format!("running ({holder})"),
        None if said.has_ended() => "ended with failures".to_owned(),
        None => "interrupted".to_owned(),
    }
}

fn time(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or_default();
    Timestamp::from_second(seconds).map_or_else(|_| "-".to_owned(), |time| time.to_string())
}
