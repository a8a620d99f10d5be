//! `azring shard plan SOURCE TARGET --into FOLDER`: lists the source once and cuts the copy into shards.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use azring_core::entry::EntryName;
use azring_core::job;
use azring_core::journal::{Claim, Command};
use azring_core::location::Location;
use azring_core::options::Options;
use azring_core::shard::{
    Division, Error, LocalFolder, Plan, PlanFolder, PlanWriter, Refused, SplitObject,
};
use jiff::Timestamp;
use serde_json::json;

use super::super::definition::read_places;
use super::super::run_host::{RunHost, listeners};
use super::adapter::{Scheduler, ShardedJob};
use super::failure::fail;
use super::places::{absolute, refuse, without};
use super::plan_place::PlanPlace;
use crate::console::{Console, Level, count, units};
use crate::ending::Ending;
use crate::environment::Environment;
use crate::job_id::JobId;
use crate::listener::record::record;
use crate::mask::shown;
use crate::parameter::{self as row, Parameter};
use crate::parsed::{ParsedArgs, choice, local, read};
use crate::settings::Settings;
use crate::usage_error::{UsageError, reason};
use crate::{intent, journal, prompt, report};

/// The lock of the process that plans: `plan.owner`.
const LOCK: &str = "plan";

/// The cost of a shard where the command says nothing.
const BYTES_PER_SHARD: u64 = 64 << 30;

/// The most shards that are asked for by number: all of them are open at once.
const SHARDS_MAX: u64 = 10_000;

/// Parameters that have no meaning for a plan.
const FOREIGN: &[&Parameter] = &[
    &row::L,
    &row::SYNC,
    &row::MOVE,
    &row::VERIFY_ONLY,
    &row::Z,
    &row::NO_JOURNAL,
    &row::MAP_FROM,
    &row::EXPLAIN_FILTER,
    &row::STATE,
];

/// The parameters of the plan itself, which are none of the copy.
const OWN: &[&Parameter] = &[
    &row::INTO,
    &row::SHARDS,
    &row::BYTES_PER_SHARD,
    &row::SPLIT_ABOVE,
    &row::BY,
    &row::CUTS,
    &row::EMIT,
];

pub(super) fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let given = read_places(words)?;
    refuse(&given, FOREIGN, "has no meaning for a plan of shards")?;
    let into = given.raw(&row::INTO).ok_or_else(|| {
        UsageError::meaning(format!(
            "`{}` is missing: the folder or the container that gets the plan",
            row::INTO.spelled(given.dialect())
        ))
    })?;
    let place = PlanPlace::of(into, &given, console)?;
    let cuts = cuts(&given)?;
    let cut = Cut {
        division: match &cuts {
            Some(names) => Division::Cuts(names.len() as u32),
            None => division(&given)?,
        },
        split_above: split_above(&given)?,
    };
    let scheduler = Scheduler::of(&given)?;
    let args = without(&given, OWN)?;
    let mut environment = Environment::of_process(console, prompt::secret_line(console));
    // Workers have no terminal. What they do with existing objects must not depend on this one.
    environment.can_ask = false;
    let mut options = intent::options(&args, &environment)?;
    refuse_inside(&options, &place, &given)?;
    let settings = Settings::new(&args, &environment)?.of_command("shard plan");
    options.selection.own_files = settings.files().cloned().collect();
    intent::attach_source(&args, &options.source)?;
    let command = journal::command_of(&args, &options)?;
    if settings.has_errors_only() {
        console.show_errors_only();
    }
    let report = settings.report.as_deref().map(report::open).transpose()?;
    // Standard output is the scheduler's, where there is one.
    if scheduler.is_none() && !settings.json && !settings.is_silent() {
        console.show_notices();
    }
    let host = match RunHost::open(console) {
        Ok(host) => host,
        Err(ending) => return Ok(ending),
    };
    let spool = match &place {
        PlanPlace::Local(path) => path.clone(),
        PlanPlace::Container(_) => spool(&environment, &command, &options)?,
    };
    // Only this process writes the plan as long as the lock is held.
    let lock = match Claim::at(&spool, LOCK) {
        Ok(lock) => lock,
        Err(error) => return Ok(fail(&error.into(), console)),
    };
    if let PlanPlace::Container(folder) = &place
        && let Err(error) = folder.make_container()
    {
        return Ok(fail(&error, console));
    }
    let folder = place.folder();
    let spooled = LocalFolder::at(&spool);
    let plan = match begin((&*folder, &spooled), &options, &command, cut, console) {
        Ok(plan) => plan,
        Err(error) => return Ok(fail(&error, console)),
    };
    let writer = match PlanWriter::new(plan, &spool, &*folder, &command) {
        Ok(writer) => writer,
        Err(error) => return Ok(fail(&error, console)),
    };
    let listeners = match listeners(&options, &settings, report, console) {
        Ok(listeners) => listeners,
        Err(text) => return Ok(super::super::run_host::failed(console, &text)),
    };
    let mut planned = None;
    let (_, ending) = host.run_job(&settings, listeners, |observer, stop| {
        let (summary, plan) = job::plan_shards(&options, (writer, cuts), observer, stop)?;
        planned = Some(plan);
        Ok(summary)
    });
    if let Some(Ok(plan)) = &planned
        && plan.is_sealed
        && !folder.is_at(&spool)
    {
        // What is left of it says only that the plan was begun here.
        let _ = spooled.remove(Plan::NAME);
    }
    drop(lock);
    match planned {
        None => Ok(ending),
        Some(Err(error)) => Ok(fail(&error, console)),
        Some(Ok(plan)) => {
            match scheduler {
                Some(scheduler) if plan.is_sealed => {
                    console.result(&scheduler.text(&ShardedJob::new(&plan, &folder.shown())));
                }
                Some(_) => console.message(Level::Error, NOT_COMPLETE),
                None => tell(&plan, &folder.shown(), &settings, console),
            }
            Ok(match ending {
                Ending::Success if !plan.is_sealed || plan.refused.objects > 0 => Ending::Failure,
                ending => ending,
            })
        }
    }
}

/// What is said of a plan whose listing has not come to its end.
const NOT_COMPLETE: &str = "The plan is not complete: give the same command again.";

/// Where the shards of a plan in a container are written before they are sent: below azring's state folder, one
/// folder for each command.
fn spool(
    environment: &Environment,
    command: &Command,
    options: &Options,
) -> Result<PathBuf, UsageError> {
    let state = environment.state_folder().ok_or_else(|| {
        UsageError::meaning(
            "a plan in a container needs a folder for the shards that are being written: set `HOME` or `XDG_STATE_HOME`",
        )
    })?;
    let name = JobId::of_fingerprint(&command.fingerprint()).to_string();
    let spool = state.join("plans").join(name);
    if let Location::Local(path) = &options.source
        && spool.starts_with(absolute(path))
    {
        return Err(UsageError::meaning(format!(
            "azring's state folder `{}` is in the source, and shards are written there before they are sent: set \
             `XDG_STATE_HOME` to a folder outside of it",
            state.display()
        )));
    }
    Ok(spool)
}

/// How the plan is cut.
#[derive(Debug, Clone, Copy)]
struct Cut {
    division: Division,
    /// Objects of more bytes are copied in parts; 0 for none.
    split_above: u64,
}

/// The length above which objects are copied in parts.
fn split_above(args: &ParsedArgs) -> Result<u64, UsageError> {
    let of_shard = read::limit_bytes(args, &row::BYTES_PER_SHARD)?;
    let given = read::limit_bytes(args, &row::SPLIT_ABOVE)?;
    Ok(given.or(of_shard).unwrap_or(BYTES_PER_SHARD))
}

/// The division into shards.
fn division(args: &ParsedArgs) -> Result<Division, UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    let bytes = read::limit_bytes(args, &row::BYTES_PER_SHARD)?;
    let is_by_range = choice(args, &row::BY)?.is_some();
    let Some(text) = args.text(&row::SHARDS)? else {
        return match bytes {
            Some(0) => Err(UsageError::meaning(format!(
                "`{}` must be at least 1",
                spelled(&row::BYTES_PER_SHARD)
            ))),
            bytes if is_by_range => Ok(Division::Ranges(bytes.unwrap_or(BYTES_PER_SHARD))),
            bytes => Ok(Division::Bytes(bytes.unwrap_or(BYTES_PER_SHARD))),
        };
    };
    if bytes.is_some() {
        return Err(UsageError::meaning(format!(
            "`{}` and `{}` exclude each other: a plan is cut by number or by size",
            spelled(&row::SHARDS),
            spelled(&row::BYTES_PER_SHARD)
        )));
    }
    if is_by_range {
        return Err(UsageError::meaning(format!(
            "`{}` is not for a plan by range, whose shards are cut by size or by names: give `{}` or `{}`",
            spelled(&row::SHARDS),
            spelled(&row::BYTES_PER_SHARD),
            spelled(&row::CUTS)
        )));
    }
    match text.parse() {
        Ok(shards @ 1..=SHARDS_MAX) => Ok(Division::Shards(shards as u32)),
        _ => Err(UsageError::meaning(format!(
            "`{}` must be a number from 1 to {SHARDS_MAX}, and not `{}`",
            spelled(&row::SHARDS),
            shown(text)
        ))),
    }
}

/// The names before which ranges end, if they are given.
fn cuts(args: &ParsedArgs) -> Result<Option<Vec<EntryName>>, UsageError> {
    let spelled = |parameter: &Parameter| parameter.spelled(args.dialect());
    let is_by_range = match choice(args, &row::BY)? {
        Some("range") => true,
        Some(_) => {
            let by = spelled(&row::BY);
            return Err(UsageError::meaning(format!(
                "`{by}` of a plan must be `range`: each shard is a range of names"
            )));
        }
        None => false,
    };
    let Some(path) = local(args, &row::CUTS)? else {
        return Ok(None);
    };
    if !is_by_range || args.has(&row::SHARDS) || args.has(&row::BYTES_PER_SHARD) {
        return Err(UsageError::meaning(format!(
            "`{}` needs `{}`, and neither `{}` nor `{}`",
            spelled(&row::CUTS),
            format_args!("{}:range", spelled(&row::BY)),
            spelled(&row::SHARDS),
            spelled(&row::BYTES_PER_SHARD)
        )));
    }
    let content = std::fs::read(&path).map_err(|error| {
        UsageError::meaning(format!(
            "cannot read `{}`: {}",
            path.display(),
            reason(&error)
        ))
    })?;
    let lines = content.split(|byte| *byte == b'\n');
    let lines = lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let names: Vec<_> = lines
        .filter(|line| !line.is_empty())
        .map(EntryName::new)
        .collect();
    if names.len() as u64 >= SHARDS_MAX {
        return Err(UsageError::meaning(format!(
            "`{}` has more than {} names",
            path.display(),
            SHARDS_MAX - 1
        )));
    }
    Ok(Some(names))
}

/// Refuses a plan that would be listed, or that would lie among the copied files.
fn refuse_inside(options: &Options, into: &PlanPlace, args: &ParsedArgs) -> Result<(), UsageError> {
    let ends = [
        (&options.source, "source"),
        (&options.target, "destination"),
    ];
    for (place, what) in ends {
        if into.is_in(place) {
            return Err(UsageError::meaning(format!(
                "`{}` names a place in the {what}: a plan must be outside of both ends of the copy",
                row::INTO.spelled(args.dialect())
            )));
        }
    }
    Ok(())
}

/// The plan to write: a new one, or the unfinished one of the same command.
fn begin(
    (folder, spool): (&dyn PlanFolder, &LocalFolder),
    options: &Options,
    command: &Command,
    cut: Cut,
    console: &Console,
) -> Result<Plan, Error> {
    let shown = folder.shown();
    let old = folder.find_plan()?;
    let is_spool = folder.shown() == spool.shown();
    if let Some(old) = &old {
        let is_same = old.fingerprint == command.fingerprint()
            && old.division == cut.division
            && old.split_above == cut.split_above;
        if old.is_sealed {
            return Err(Error::Taken(format!(
                "`{shown}` has a complete plan already: run its shards, or give another folder"
            )));
        }
        if !is_same {
            return Err(Error::Taken(format!(
                "`{shown}` has the unfinished plan of another command (from `{}` to `{}`): give that command to go on, \
                 or give another folder",
                old.source, old.target
            )));
        }
        let own: &dyn PlanFolder = spool;
        if !is_spool && own.find_plan()?.is_none_or(|own| own.id != old.id) {
            return Err(Error::Taken(format!(
                "`{shown}` has the unfinished plan of the same command, which another machine or user began: go on \
                 there, or give another folder"
            )));
        }
    }
    match old {
        Some(old)
            if old.unlisted == 0
                && !old.shards.is_empty()
                // Nothing says where the listing of such a plan was.
                && !old.division.is_by_range() =>
        {
            console.message(
                Level::Info,
                &format!(
                    "going on with the plan in `{shown}`, which has {} shard(s) so far",
                    old.shards.len()
                ),
            );
            Ok(old)
        }
        old => {
            if let Some(old) = old {
                remove_shards(folder, &old)?;
                folder.remove(Plan::NAME)?;
            }
            let plan = new_plan(options, command, cut)?;
            let text = plan.to_json();
            if !is_spool {
                spool.replace(Plan::NAME, text.as_bytes())?;
            }
            // An attempt whose answer was lost may have made it.
            if !folder.create(Plan::NAME, text.as_bytes())?
                && folder.find_plan()?.is_none_or(|there| there.id != plan.id)
            {
                return Err(Error::Taken(format!(
                    "another plan was begun in `{shown}` at the same time: give another folder"
                )));
            }
            Ok(plan)
        }
    }
}

fn new_plan(options: &Options, command: &Command, cut: Cut) -> Result<Plan, Error> {
    let [source, target] = journal::ends_of(options);
    let words = command.words.iter();
    Ok(Plan {
        id: Plan::new_id()?,
        program: command.program.clone(),
        begun: command.begun,
        source,
        target,
        words: words
            .map(|word| String::from_utf8_lossy(word).into_owned())
            .collect(),
        fingerprint: command.fingerprint(),
        division: cut.division,
        split_above: cut.split_above,
        is_sealed: false,
        refused: Refused::default(),
        unlisted: 0,
        shards: Vec::new(),
        split: Vec::new(),
    })
}

/// Removes the files of a plan that is made anew, so that no result of it is taken for one of the new plan.
fn remove_shards(folder: &dyn PlanFolder, old: &Plan) -> Result<(), Error> {
    for name in folder.names()? {
        let of_shard = |index: u32| name.starts_with(&Plan::shard_name(index));
        let of_object = |object: &SplitObject| name.starts_with(&object.file_name());
        if (0..old.shards.len() as u32).any(of_shard) || old.split.iter().any(of_object) {
            folder.remove(&name)?;
        }
    }
    Ok(())
}

/// Prints what was planned, and how its shards are run.
fn tell(plan: &Plan, shown: &str, settings: &Settings, console: &Console) {
    let (objects, bytes) = plan.sums();
    if settings.json {
        let fields = json!({
            "plan": shown,
            "sealed": plan.is_sealed,
            "shards": plan.shards.len(),
            "objects": objects,
            "split": plan.split.len(),
            "bytes": bytes,
            "refused": plan.refused.objects,
            "unlisted": plan.unlisted,
        });
        console.result(&record(Timestamp::now(), "plan", &fields));
        return;
    }
    if settings.is_silent() {
        return;
    }
    let shards = plan.shards.len();
    let mut lines = vec![format!(
        "Planned {} object(s), {}, in {shards} shard(s): {}",
        count(objects),
        units::azcopy_size(bytes),
        shown
    )];
    if !plan.split.is_empty() {
        lines.push(format!(
            "In parts, because they are larger than {}: {} object(s)",
            units::azcopy_size(plan.split_above),
            count(plan.split.len() as u64)
        ));
    }
    if plan.refused.objects > 0 {
        lines.push(format!(
            "In no shard, because they cannot be copied: {} object(s)",
            count(plan.refused.objects)
        ));
    }
    lines.push(if plan.is_sealed {
        format!(
            "Run each shard from 0 to {}, on any machine: azring shard run {} <i> {} {} --state <folder>",
            shards.saturating_sub(1),
            shown,
            plan.source,
            plan.target
        )
    } else {
        NOT_COMPLETE.to_owned()
    });
    console.result(&lines.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::super::COMMAND;
    use super::*;

    #[test]
    fn the_command_accepts_all_parameters_of_a_plan() {
        for own in OWN {
            let is_taken = COMMAND.taken.iter().any(|taken| std::ptr::eq(*taken, *own));
            assert!(is_taken, "{}", own.slash);
        }
    }
}
