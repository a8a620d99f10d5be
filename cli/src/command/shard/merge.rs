//! `azring shard merge PLAN`: one summary, one ledger and one report of all shards. With the source and the
//! destination it first commits the objects that nobody has committed.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use azring_core::shard::{Error, ObjectOutcome, PlanFolder, PlanProgress, ShardResult, each_line};
use jiff::Timestamp;
use serde_json::json;

use super::super::definition::read_places;
use super::failure::fail;
use super::places::plan_place;
use super::plan_place::PlanPlace;
use super::status;
use super::worker::Worker;
use crate::console::{Console, Level};
use crate::ending::Ending;
use crate::listener::record::record;
use crate::parameter as row;
use crate::parsed::{ParsedArgs, choice, local};
use crate::report::shards_page;
use crate::usage_error::{UsageError, reason};

pub(super) fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (place, rest) = plan_place(words, "merge")?;
    let args = read_places(rest)?;
    let folder = PlanPlace::of(place, &args, console)?.folder();
    let (ledger, report) = (local(&args, &row::LEDGER)?, local(&args, &row::REPORT)?);
    let output = choice(&args, &row::OUTPUT)?;
    let read = || PlanProgress::of(&*folder).map_err(|error| fail(&error, console));
    let mut progress = match read() {
        Ok(progress) => progress,
        Err(ending) => return Ok(ending),
    };
    let mut ending = Ending::Success;
    if args.has(&row::SOURCE) || args.has(&row::DEST) {
        ending = commit(&*folder, &progress, &args, console)?;
        progress = match read() {
            Ok(progress) => progress,
            Err(ending) => return Ok(ending),
        };
    }
    if ending == Ending::Success {
        ending = status::ending(&progress);
    }
    // The ledgers are checked against the results, wanted or not.
    let sums = match merge_ledgers(&*folder, &progress, ledger.as_deref())? {
        Ok(sums) => sums,
        Err(error) => return Ok(fail(&error, console)),
    };
    let (promised, _, _) = status::copied(&progress);
    if sums.done != promised {
        let text = format!(
            "the ledgers have {} object(s) that are done, and the results have {promised}",
            sums.done
        );
        console.message(Level::Error, &text);
        ending = Ending::Failure;
    }
    if let Some(path) = &report {
        write_report(path, &shards_page(&progress, &folder.shown()))?;
    }
    match output {
        Some("json") => {
            let fields = json!({
                "plan": folder.shown(),
                "success": ending == Ending::Success,
                "exit_code": ending.code(),
                "shards": progress.shards.len(),
                "shards_done": progress.results().count(),
                "done": sums.done,
                "done_bytes": sums.done_bytes,
                "skipped": sums.skipped,
            });
            console.result(&record(Timestamp::now(), "shard_summary", &fields));
        }
        Some("none") => {}
        _ => console.result(&status::text(&progress, &folder.shown())),
    }
    Ok(ending)
}

/// Commits the objects whose parts are all written.
fn commit(
    folder: &dyn PlanFolder,
    progress: &PlanProgress,
    args: &ParsedArgs,
    console: &Arc<Console>,
) -> Result<Ending, UsageError> {
    let plan = &progress.plan;
    let worker = match Worker::open(folder, plan.clone(), args, console)? {
        Ok(worker) => worker,
        Err(ending) => return Ok(ending),
    };
    let mut all = Ending::Success;
    for (object, progress) in plan.split.iter().zip(&progress.objects) {
        let ending = worker.commit_written(plan, object, progress)?;
        if matches!(ending, Ending::Signal(_)) {
            return Ok(ending);
        }
        if all == Ending::Success {
            all = ending;
        }
    }
    Ok(all)
}

/// What all ledgers have.
#[derive(Debug, Default)]
struct LedgerTotals {
    done: u64,
    done_bytes: u64,
    skipped: u64,
}

/// Reads the ledgers of all results, in the order of the shards, and writes them into one.
fn merge_ledgers(
    folder: &dyn PlanFolder,
    progress: &PlanProgress,
    into: Option<&Path>,
) -> Result<Result<LedgerTotals, Error>, UsageError> {
    let cannot_write = |path: &Path, error: &io::Error| {
        UsageError::meaning(format!(
            "cannot write the ledger `{}`: {}",
            path.display(),
            reason(error)
        ))
    };
    let mut file = match into {
        Some(path) => Some((
            path,
            BufWriter::new(made(path).map_err(|error| cannot_write(path, &error))?),
        )),
        None => None,
    };
    let mut totals = LedgerTotals::default();
    for result in progress.results() {
        let text = match folder.read(&result.ledger) {
            Ok(Some(text)) => text,
            Ok(None) => return Ok(Err(unreadable(folder, result, "is missing"))),
            Err(error) => return Ok(Err(error)),
        };
        let mut written = Ok(());
        let digest = each_line(&text, |line, object| {
            match object.outcome {
                ObjectOutcome::Done => {
                    totals.done += 1;
                    totals.done_bytes += object.bytes;
                }
                ObjectOutcome::Skipped => totals.skipped += 1,
                ObjectOutcome::Open => {}
            }
            if let Some((_, file)) = &mut file
                && written.is_ok()
            {
                let rest = line.strip_prefix('{').unwrap_or(line);
                written = writeln!(file, "{{\"shard\":{},{rest}", result.shard);
            }
        });
        if digest != Some(result.ledger_sha256) {
            return Ok(Err(unreadable(
                folder,
                result,
                "is not the one of the result",
            )));
        }
        if let (Err(error), Some((path, _))) = (written, &file) {
            return Err(cannot_write(path, &error));
        }
    }
    for result in progress.object_results() {
        match result.line.outcome {
            ObjectOutcome::Done => {
                totals.done += 1;
                totals.done_bytes += result.line.bytes;
            }
            ObjectOutcome::Skipped | ObjectOutcome::Open => totals.skipped += 1,
        }
        if let Some((path, file)) = &mut file {
            let written = writeln!(file, "{}", result.ledger_line());
            written.map_err(|error| cannot_write(path, &error))?;
        }
    }
    if let Some((path, mut file)) = file {
        let ended = file.flush().and_then(|()| file.get_ref().sync_all());
        ended.map_err(|error| cannot_write(path, &error))?;
    }
    Ok(Ok(totals))
}

fn unreadable(folder: &dyn PlanFolder, result: &ShardResult, what: &str) -> Error {
    let place = folder.shown_file(&result.ledger);
    Error::Unreadable(format!(
        "the ledger `{place}` of the shard {} {what}",
        result.shard
    ))
}

/// Only the owner can read it.
fn made(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)
}

fn write_report(path: &Path, page: &str) -> Result<(), UsageError> {
    let write = || {
        let mut file = made(path)?;
        file.write_all(page.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| {
        UsageError::meaning(format!(
            "cannot write the report `{}`: {}",
            path.display(),
            reason(&error)
        ))
    })
}
