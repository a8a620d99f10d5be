//! Prints what a verification found: a line for each object that differs, and the summary.

use std::cell::Cell;
use std::sync::Arc;

use azring_core::report::{ContentDifference, Event, Summary};

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, count, units};

/// Prints the lines on standard output.
pub(crate) struct VerificationResults {
    console: Arc<Console>,
    found: Cell<Found>,
}

/// How many objects differ, by kind.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    differ: u64,
    only_source: u64,
    only_target: u64,
}

impl Found {
    fn total(self) -> u64 {
        self.differ + self.only_source + self.only_target
    }
}

impl VerificationResults {
    /// The results of one run.
    pub(crate) fn new(console: Arc<Console>) -> Self {
        Self {
            console,
            found: Cell::default(),
        }
    }
}

impl Listener for VerificationResults {
    fn on_event(&self, event: &Event<'_>) {
        let Event::Differs {
            name, difference, ..
        } = event
        else {
            return;
        };
        let mut found = self.found.get();
        match difference {
            ContentDifference::Size { .. }
            | ContentDifference::Md5
            | ContentDifference::Bytes { .. } => found.differ += 1,
            ContentDifference::OnlyAtSource => found.only_source += 1,
            ContentDifference::OnlyAtTarget => found.only_target += 1,
        }
        self.found.set(found);
        self.console.result(&format!("{name}: {difference}"));
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        if let Ok(summary) = end.result {
            let time = self.console.time();
            self.console
                .result(&block(summary, self.found.get(), &time));
        }
    }
}

/// The summary of a verification that ended at `time`.
fn block(summary: &Summary, found: Found, time: &str) -> String {
    let failed = summary.failed.saturating_sub(found.total());
    let is_whole = summary.listing_done && summary.unfinished() == 0;
    let first = if found.total() > 0 {
        "The two sides differ."
    } else if !is_whole || !summary.is_success() {
        "Not everything could be compared."
    } else if summary.listed == 0 {
        "There was nothing to compare."
    } else {
        "Both sides have the same."
    };
    let line = |label: &str, number: u64| match number {
        0 => String::new(),
        number => format!("{label}{}\n", count(number)),
    };
    let not_whole = if summary.listing_done {
        ""
    } else {
        "\nListing:             not complete, there may be more objects"
    };
    format!(
        "{first}\n\
         [{time}] Verification summary:\n\
         -----------------\n\
         Total objects:       {}\n\
         Equal:               {} ({})\n\
         Different:           {}\n\
         Only at source:      {}\n\
         Only at destination: {}\n\
         {}{}\
         Elapsed time:        {}{not_whole}",
        count(summary.listed),
        count(summary.done),
        units::azcopy_size(summary.bytes),
        count(found.differ),
        count(found.only_source),
        count(found.only_target),
        line("Not compared:        ", failed),
        line("Interrupted:         ", summary.unfinished()),
        units::elapsed(summary.elapsed)
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn the_block_counts_each_kind_of_difference() {
        let summary = Summary {
            listed: 1_234,
            done: 1_229,
            failed: 5,
            bytes: 1536,
            elapsed: Duration::from_secs(787),
            listing_done: true,
            ..Summary::default()
        };
        let found = Found {
            differ: 2,
            only_source: 1,
            only_target: 1,
        };
        assert_snapshot!(block(&summary, found, "2016/10/07 17:37:41"), @r"
        The two sides differ.
        [2016/10/07 17:37:41] Verification summary:
        -----------------
        Total objects:       1,234
        Equal:               1,229 (1.5 KB)
        Different:           2
        Only at source:      1
        Only at destination: 1
        Not compared:        1
        Elapsed time:        00.00:13:07
        ");
    }

    #[test]
    fn only_a_whole_comparison_says_that_both_sides_are_the_same() {
        let equal = Summary {
            listed: 2,
            done: 2,
            listing_done: true,
            ..Summary::default()
        };
        let first = |summary: &Summary| {
            let block = block(summary, Found::default(), "");
            block.lines().next().unwrap_or_default().to_owned()
        };
        assert_eq!(first(&equal), "Both sides have the same.");
        let unlisted = Summary {
            unlisted: 1,
            ..equal.clone()
        };
        assert_eq!(first(&unlisted), "Not everything could be compared.");
        let stopped = Summary {
            listing_done: false,
            ..equal
        };
        assert_eq!(first(&stopped), "Not everything could be compared.");
    }
}
