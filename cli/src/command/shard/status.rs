//! `azring shard status PLAN`: how far the shards of a plan are.

use std::ffi::OsString;
use std::sync::Arc;

use azring_core::shard::{ObjectOutcome, ObjectProgress, Plan, PlanProgress};
use jiff::Timestamp;
use serde_json::json;

use super::adapter::{Scheduler, ShardedJob};
use super::failure::fail;
use super::places::plan_place;
use super::plan_place::PlanPlace;
use crate::args;
use crate::console::{Console, Level, count, units};
use crate::ending::Ending;
use crate::listener::record::record;
use crate::parameter as row;
use crate::parsed::choice;
use crate::usage_error::UsageError;

/// So many indices are listed.
const LISTED_MAX: usize = 20;

pub(super) fn run(words: &[OsString], console: &Arc<Console>) -> Result<Ending, UsageError> {
    let (place, rest) = plan_place(words, "status")?;
    let args = args::read(rest)?;
    let scheduler = Scheduler::of(&args)?;
    let folder = PlanPlace::of(place, &args, console)?.folder();
    let progress = match PlanProgress::of(&*folder) {
        Ok(progress) => progress,
        Err(error) => return Ok(fail(&error, console)),
    };
    let ending = ending(&progress);
    let shown = folder.shown();
    if let Some(scheduler) = scheduler {
        if !progress.plan.is_sealed {
            let text = format!("the plan in `{shown}` is not complete yet");
            console.message(Level::Error, &text);
            return Ok(Ending::Unavailable);
        }
        console.result(&scheduler.text(&ShardedJob::new(&progress.plan, &shown)));
        return Ok(Ending::Success);
    }
    match choice(&args, &row::OUTPUT)? {
        Some("json") => console.result(&as_record(&progress, &shown, ending)),
        Some("none") => {}
        _ => console.result(&text(&progress, &shown)),
    }
    Ok(ending)
}

/// Success for a plan whose shards are all done; 75 while shards are open; 1 once nothing but failures is
/// left.
pub(super) fn ending(progress: &PlanProgress) -> Ending {
    if progress.is_success() {
        Ending::Success
    } else if !progress.plan.is_sealed
        || progress.open().next().is_some()
        || progress.objects.iter().any(is_uncommitted)
    {
        Ending::Unavailable
    } else {
        Ending::Failure
    }
}

/// Whether the object has all its parts, and nobody has tried to commit it.
fn is_uncommitted(object: &ObjectProgress) -> bool {
    match object {
        ObjectProgress::Written(_, failure) => failure.is_none(),
        ObjectProgress::Done(_) | ObjectProgress::Waiting(_) | ObjectProgress::Unplanned => false,
    }
}

/// The objects and bytes that are at the target, and the objects that were skipped.
pub(super) fn copied(progress: &PlanProgress) -> (u64, u64, u64) {
    let results = progress.results();
    let whole = results.fold((0, 0, 0), |(done, bytes, skipped), result| {
        let bytes = bytes + result.done_bytes;
        (done + result.done, bytes, skipped + result.skipped)
    });
    let objects = progress.object_results();
    objects.fold(whole, |(done, bytes, skipped), result| {
        match result.line.outcome {
            ObjectOutcome::Done => (done + 1, bytes + result.line.bytes, skipped),
            ObjectOutcome::Skipped | ObjectOutcome::Open => (done, bytes, skipped + 1),
        }
    })
}

fn as_record(progress: &PlanProgress, shown: &str, ending: Ending) -> String {
    let plan = &progress.plan;
    let (objects, bytes) = plan.sums();
    let (done, done_bytes, skipped) = copied(progress);
    let failed: Vec<_> = progress
        .failures()
        .map(|failure| {
            json!({
                "shard": failure.shard,
                "failed": failure.failed,
                "reasons": failure.reasons,
                "repeat": repeat(plan, shown, &failure.shard.to_string()),
            })
        })
        .collect();
    let fields = json!({
        "plan": shown,
        "success": ending == Ending::Success,
        "exit_code": ending.code(),
        "sealed": plan.is_sealed,
        "shards": progress.shards.len(),
        "shards_done": progress.results().count(),
        "shards_failed": failed.len(),
        "objects": objects,
        "bytes": bytes,
        "done": done,
        "done_bytes": done_bytes,
        "skipped": skipped,
        "split": progress.objects.len(),
        "split_done": progress.object_results().count(),
        "refused": plan.refused.objects,
        "unlisted": plan.unlisted,
        "open": progress.open().collect::<Vec<_>>(),
        "failed": failed,
        "mismatched": progress.mismatches().collect::<Vec<_>>(),
    });
    record(Timestamp::now(), "shard_status", &fields)
}

/// The status for people; `merge` prints it too.
pub(super) fn text(progress: &PlanProgress, shown: &str) -> String {
    let plan = &progress.plan;
    let (objects, bytes) = plan.sums();
    let (done, done_bytes, skipped) = copied(progress);
    let mut lines = vec![
        format!("Plan:                  {shown}"),
        format!("From:                  {}", plan.source),
        format!("To:                    {}", plan.target),
        format!(
            "Shards done:           {} of {}",
            progress.results().count(),
            progress.shards.len()
        ),
        format!(
            "Objects planned:       {} ({})",
            count(objects),
            units::azcopy_size(bytes)
        ),
        format!(
            "Objects copied:        {} ({})",
            count(done),
            units::azcopy_size(done_bytes)
        ),
        format!("Objects skipped:       {}", count(skipped)),
    ];
    if plan.refused.objects > 0 {
        lines.push(format!(
            "Objects in no shard:   {}",
            count(plan.refused.objects)
        ));
    }
    if !plan.is_sealed {
        let why = match plan.unlisted {
            0 => "it is being written, or was interrupted".to_owned(),
            parts => format!("{parts} part(s) of the source could not be listed"),
        };
        lines.push(format!("The plan is not complete: {why}."));
    }
    let open: Vec<u32> = progress.open().collect();
    if !open.is_empty() {
        lines.push(format!("Shards without result: {}", listed(&open)));
    }
    for failure in progress.failures() {
        lines.push(format!(
            "Shard {} failed: {} object(s). Repeat: {}",
            failure.shard,
            count(failure.failed),
            repeat(plan, shown, &failure.shard.to_string())
        ));
        lines.extend(failure.reasons.first().map(|reason| format!("  {reason}")));
    }
    lines.extend(split_objects(progress, shown));
    for shard in progress.mismatches() {
        lines.push(format!(
            "Shard {shard} has a result with other sums than were planned."
        ));
    }
    lines.join("\n")
}

/// What is left to do of the objects that are copied in parts.
fn split_objects(progress: &PlanProgress, shown: &str) -> Vec<String> {
    let (all, done) = (progress.objects.len(), progress.object_results().count());
    if all == 0 {
        return Vec::new();
    }
    let plan = &progress.plan;
    let mut lines = vec![format!("Objects in parts:      {done} of {all} done")];
    let open = plan.split.iter().zip(&progress.objects);
    let open = open.filter(|(_, progress)| !matches!(progress, ObjectProgress::Done(_)));
    for (object, progress) in open.take(LISTED_MAX) {
        let name = &object.name;
        lines.push(match progress {
            ObjectProgress::Waiting(shards) => format!(
                "`{name}` is not committed: parts are missing, in the shards {}",
                listed(shards)
            ),
            ObjectProgress::Written(_, failure) => {
                let why = failure.as_ref().and_then(|failure| failure.reasons.first());
                let why = why.map_or(String::new(), |why| format!(" ({why})"));
                format!(
                    "`{name}` has all its parts and is not committed{why}. Commit: azring shard merge {shown} {} {}",
                    plan.source, plan.target
                )
            }
            ObjectProgress::Done(_) | ObjectProgress::Unplanned => {
                format!("`{name}` has parts that are not planned yet")
            }
        });
    }
    if all - done > LISTED_MAX {
        lines.push(format!("and {} more object(s)", all - done - LISTED_MAX));
    }
    lines
}

/// The command that runs this shard.
fn repeat(plan: &Plan, shown: &str, shard: &str) -> String {
    format!(
        "azring shard run {shown} {shard} {} {} --state <folder>",
        plan.source, plan.target
    )
}

/// Indices in runs: `0-3, 7`.
fn listed(indices: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &index in indices {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == index => *last = index,
            _ => runs.push((index, index)),
        }
    }
    let more = runs.len().saturating_sub(LISTED_MAX);
    let text: Vec<_> = runs
        .iter()
        .take(LISTED_MAX)
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        })
        .collect();
    let text = text.join(", ");
    if more == 0 {
        text
    } else {
        format!("{text} and {more} more run(s)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_are_listed_in_runs() {
        assert_eq!(listed(&[0, 1, 2, 5, 7, 8]), "0-2, 5, 7-8");
        let odd: Vec<u32> = (0..50).map(|index| index * 2).collect();
        assert!(listed(&odd).ends_with("38 and 30 more run(s)"));
    }
}
