//! The summary at the end of a run, in exactly AzCopy's format, because scripts parse it.

use std::sync::Arc;

use azring_core::report::{Deletions, Event, Summary};

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, units};

/// Prints the summary on standard output.
pub(crate) struct SummaryBlock {
    console: Arc<Console>,
    preview: bool,
}

impl SummaryBlock {
    /// The summary of a copy or of a preview.
    pub(crate) fn new(console: Arc<Console>, preview: bool) -> Self {
        Self { console, preview }
    }
}

impl Listener for SummaryBlock {
    fn on_event(&self, _event: &Event<'_>) {}

    fn on_end(&self, end: &RunEnd<'_>) {
        if let Ok(summary) = end.result {
            let time = self.console.time();
            self.console.result(&block(summary, self.preview, &time));
        }
    }
}

/// The summary of a run that ended at `time` (local, `yyyy/MM/dd HH:mm:ss`).
pub(crate) fn block(summary: &Summary, preview: bool, time: &str) -> String {
    let settled = summary.done + summary.skipped + summary.failed;
    let finished = summary.done + summary.skipped;
    let first = if preview {
        let (does, did) = match summary.moved {
            Some(_) => ("move", "moved"),
            None => ("copy", "copied"),
        };
        let count = match (summary.done, summary.listed) {
            (done, listed) if done == listed => units::count(done),
            (done, listed) => format!("{} of {}", units::count(done), units::count(listed)),
        };
        let size = units::size(summary.bytes);
        format!("Would {does} {count} file(s), {size}. Nothing was {did}.")
    } else {
        format!("Finished {finished} of total {} file(s).", summary.listed)
    };
    // AzCopy has no such line, so it appears only if objects were interrupted.
    let interrupted = match summary.unfinished() {
        0 => String::new(),
        count => format!("Transfer interrupted:    {count}\n"),
    };
    let before = match (&summary.earlier_runs, summary.done_before) {
        (None, _) | (_, 0) => String::new(),
        (Some(runs), before) => {
            let now = summary.done - before;
            format!("\nOf the successful:       {before} by {runs}, {now} now")
        }
    };
    let entities = summary.entities.map_or_else(String::new, |entities| {
        format!("\nTotal entities:          {entities}")
    });
    let deletions = summary
        .deletions
        .as_ref()
        .map_or_else(String::new, |deletions| deleted(deletions, preview));
    let moved = match summary.moved {
        Some(moved) if !preview => format!("\nDeleted at source:       {moved}"),
        Some(_) | None => String::new(),
    };
    // After the block, so that scripts find AzCopy's lines in their places.
    let not_whole = if summary.listing_done {
        ""
    } else {
        "\nListing:                 not complete, there may be more files"
    };
    let moved_bytes = if preview {
        String::new()
    } else {
        rate(summary).map_or_else(String::new, |line| format!("{line}\n"))
    };
    format!(
        "{moved_bytes}{first}\n\
         [{time}] Transfer summary:\n\
         -----------------\n\
         Total files transferred: {settled}\n\
         Transfer successfully:   {}\n\
         Transfer skipped:        {}\n\
         Transfer failed:         {}\n\
         {interrupted}\
         Elapsed time:            {}{entities}{before}{moved}{deletions}{not_whole}",
        summary.done,
        summary.skipped,
        summary.failed,
        units::elapsed(summary.elapsed)
    )
}

/// `Copied 120 MiB in 6.6 s, 18.2 MiB/s, 2 retries.`; `None` if this run copied nothing.
fn rate(summary: &Summary) -> Option<String> {
    if summary.done == summary.done_before {
        return None;
    }
    let did = match summary.moved {
        Some(_) => "Moved",
        None => "Copied",
    };
    let seconds = summary.elapsed.as_secs_f64();
    let took = if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{seconds:.0} s")
    };
    let rate = units::size((summary.bytes as f64 / seconds.max(0.001)) as u64);
    let size = units::size(summary.bytes);
    let retries = match summary.retries {
        0 => "no retries".to_owned(),
        1 => "1 retry".to_owned(),
        many => format!("{} retries", units::count(many)),
    };
    Some(format!("{did} {size} in {took}, {rate}/s, {retries}."))
}

/// The lines about what a sync deleted.
fn deleted(deletions: &Deletions, preview: bool) -> String {
    let label = match (preview, deletions.trash.is_some()) {
        (true, false) => "Would be deleted:       ",
        (true, true) => "Would move to trash:    ",
        (false, false) => "Deleted at destination: ",
        (false, true) => "Moved to trash:         ",
    };
    let line = |label: &str, count: u64| match count {
        0 => String::new(),
        count => format!("\n{label}{count}"),
    };
    let failed = line("Not deleted:             ", deletions.failed);
    let overwritten = line("Overwritten meanwhile:   ", deletions.overwritten);
    let times_set = line("Times set:               ", deletions.times_set);
    let excluded = line("Kept by filters:         ", deletions.excluded);
    let (deleted, all) = (deletions.deleted, deletions.target_objects);
    let trash = match &deletions.trash {
        Some(folder) if deleted > 0 && !preview => format!("\nTrash:                   {folder}"),
        _ => String::new(),
    };
    format!("\n{label} {deleted} of {all}{trash}{failed}{overwritten}{times_set}{excluded}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use insta::assert_snapshot;

    use super::*;

    fn summary() -> Summary {
        Summary {
            listed: 5,
            done: 2,
            skipped: 2,
            failed: 1,
            interrupted: 0,
            bytes: 1536,
            retries: 3,
            refused: 2,
            elapsed: Duration::from_secs(787),
            unlisted: 0,
            listing_done: true,
            ..Summary::default()
        }
    }

    #[test]
    fn the_block_is_azcopys() {
        assert_snapshot!(block(&summary(), false, "2016/10/07 17:37:41"), @"
        Copied 1.50 KiB in 787 s, 1 B/s, 3 retries.
        Finished 4 of total 5 file(s).
        [2016/10/07 17:37:41] Transfer summary:
        -----------------
        Total files transferred: 5
        Transfer successfully:   2
        Transfer skipped:        2
        Transfer failed:         1
        Elapsed time:            00.00:13:07
        ");
    }

    #[test]
    fn a_sync_counts_what_it_deleted_after_the_block() {
        let deletions = Deletions {
            target_objects: 9,
            superfluous: 3,
            deleted: 1,
            failed: 2,
            overwritten: 1,
            times_set: 4,
            ..Deletions::default()
        };
        let synced = Summary {
            deletions: Some(deletions),
            ..summary()
        };
        let block = block(&synced, false, "2016/10/07 17:37:41");
        let (_, after) = block.split_once("Elapsed time:            ").unwrap();
        assert_snapshot!(after, @"
        00.00:13:07
        Deleted at destination:  1 of 9
        Not deleted:             2
        Overwritten meanwhile:   1
        Times set:               4
        ");
    }

    #[test]
    fn what_was_called_off_has_a_line_of_its_own() {
        let interrupted = Summary {
            failed: 0,
            interrupted: 1,
            ..summary()
        };
        assert_snapshot!(block(&interrupted, false, "2016/10/07 17:37:41"), @"
        Copied 1.50 KiB in 787 s, 1 B/s, 3 retries.
        Finished 4 of total 5 file(s).
        [2016/10/07 17:37:41] Transfer summary:
        -----------------
        Total files transferred: 4
        Transfer successfully:   2
        Transfer skipped:        2
        Transfer failed:         0
        Transfer interrupted:    1
        Elapsed time:            00.00:13:07
        ");
    }

    #[test]
    fn a_preview_says_that_nothing_was_copied() {
        assert_snapshot!(block(&summary(), true, "2016/10/07 17:37:41"), @"
        Would copy 2 of 5 file(s), 1.50 KiB. Nothing was copied.
        [2016/10/07 17:37:41] Transfer summary:
        -----------------
        Total files transferred: 5
        Transfer successfully:   2
        Transfer skipped:        2
        Transfer failed:         1
        Elapsed time:            00.00:13:07
        ");
    }
}
