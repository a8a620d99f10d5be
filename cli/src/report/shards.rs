//! The report of a plan whose shards many machines ran.

use std::fmt::Write as _;

use azring_core::shard::{LedgerLine, ObjectOutcome, PlanProgress, ShardProgress, ShardResult};

use super::document;
use super::html::Text;
use crate::console::{count, size};

/// The whole page; `shown` is the plan's folder.
pub(crate) fn shards_page(progress: &PlanProgress, shown: &str) -> String {
    let plan = &progress.plan;
    let title = format_args!("{} to {}", plan.source, plan.target);
    let mut out = document::begin(env!("CARGO_PKG_VERSION"), title);
    let _ = write!(
        out,
        "<h1>{}</h1>\n<p>From {} to {}, by the plan {}</p>\n",
        Text(state(progress)),
        Text(&plan.source),
        Text(&plan.target),
        Text(shown)
    );
    write_sums(progress, &mut out);
    write_shards(progress, &mut out);
    document::end(&mut out, env!("CARGO_PKG_VERSION"));
    out
}

fn state(progress: &PlanProgress) -> String {
    let (done, all) = (progress.results().count(), progress.shards.len());
    if progress.is_success() {
        "Complete".into()
    } else {
        format!("Not complete: {done} of {all} shard(s) are done")
    }
}

fn write_sums(progress: &PlanProgress, out: &mut String) {
    let sum = |of: fn(&ShardResult) -> u64| -> u64 { progress.results().map(of).sum() };
    let (objects, bytes) = progress.plan.sums();
    let split = progress.object_results().map(|result| &result.line);
    let (split_done, split_skipped): (Vec<_>, Vec<_>) =
        split.partition(|line| line.outcome == ObjectOutcome::Done);
    let bytes_of = |lines: &[&LedgerLine]| lines.iter().map(|line| line.bytes).sum::<u64>();
    out.push_str(
        "<table>\n<thead><tr><th></th><th>Objects</th><th>Bytes</th></tr></thead>\n<tbody>\n",
    );
    for (what, objects, bytes) in [
        ("Planned", objects, bytes),
        (
            "Copied",
            sum(|result| result.done) + split_done.len() as u64,
            sum(|result| result.done_bytes) + bytes_of(&split_done),
        ),
        (
            "Skipped",
            sum(|result| result.skipped) + split_skipped.len() as u64,
            sum(|result| result.skipped_bytes) + bytes_of(&split_skipped),
        ),
        (
            "In no shard",
            progress.plan.refused.objects,
            progress.plan.refused.bytes,
        ),
    ] {
        let _ = writeln!(
            out,
            "<tr><td>{what}</td><td>{}</td><td>{}</td></tr>",
            count(objects),
            size(bytes)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}

fn write_shards(progress: &PlanProgress, out: &mut String) {
    out.push_str(
        "<h2>Shards</h2>\n<table>\n<thead><tr><th>Shard</th><th>Objects</th><th>Bytes</th><th>State</th></tr></thead>\n<tbody>\n",
    );
    for (index, (planned, shard)) in progress
        .plan
        .shards
        .iter()
        .zip(&progress.shards)
        .enumerate()
    {
        let state = match shard {
            ShardProgress::Done(result) => {
                let parts = match result.parts.len() {
                    0 => String::new(),
                    parts => format!(", {parts} part(s) of larger objects"),
                };
                format!(
                    "{} copied, {} skipped{parts}",
                    count(result.done),
                    count(result.skipped)
                )
            }
            ShardProgress::Failed(failure) => format!(
                "{} failed: {}",
                count(failure.failed),
                failure.reasons.join("; ")
            ),
            ShardProgress::Open => "no result".into(),
        };
        let _ = writeln!(
            out,
            "<tr><td>{index}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            count(planned.objects),
            size(planned.bytes),
            Text(state)
        );
    }
    out.push_str("</tbody>\n</table>\n");
}
