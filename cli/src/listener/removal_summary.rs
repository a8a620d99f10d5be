//! The summary at the end of `azring remove`.

use std::sync::Arc;

use azring_core::report::{Event, Summary};

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, units};

/// Prints the summary on standard output.
pub(crate) struct RemovalSummary {
    console: Arc<Console>,
    preview: bool,
}

impl RemovalSummary {
    /// The summary of a removal or of its preview.
    pub(crate) fn new(console: Arc<Console>, preview: bool) -> Self {
        Self { console, preview }
    }
}

impl Listener for RemovalSummary {
    fn on_event(&self, _event: &Event<'_>) {}

    fn on_end(&self, end: &RunEnd<'_>) {
        if let Ok(summary) = end.result {
            let time = self.console.time();
            self.console.result(&block(summary, self.preview, &time));
        }
    }
}

/// The summary of a removal that ended at `time`.
fn block(summary: &Summary, preview: bool, time: &str) -> String {
    let first = if preview {
        format!(
            "Nothing was deleted: {} object(s), {}, would be.",
            summary.done,
            units::azcopy_size(summary.bytes)
        )
    } else {
        format!(
            "Deleted {} of total {} object(s).",
            summary.done, summary.listed
        )
    };
    let interrupted = match summary.unfinished() {
        0 => String::new(),
        count => format!("Interrupted:   {count}\n"),
    };
    let not_whole = if summary.listing_done {
        ""
    } else {
        "\nListing:       not complete, there may be more objects"
    };
    format!(
        "{first}\n\
         [{time}] Removal summary:\n\
         -----------------\n\
         Total objects: {}\n\
         Deleted:       {}\n\
         Failed:        {}\n\
         {interrupted}\
         Elapsed time:  {}{not_whole}",
        summary.listed,
        if preview { 0 } else { summary.done },
        summary.failed,
        units::elapsed(summary.elapsed)
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use insta::assert_snapshot;

    use super::*;

    fn summary() -> Summary {
        Summary {
            listed: 5,
            done: 3,
            failed: 2,
            bytes: 1536,
            elapsed: Duration::from_secs(787),
            listing_done: true,
            ..Summary::default()
        }
    }

    #[test]
    fn the_block_counts_what_was_deleted() {
        assert_snapshot!(block(&summary(), false, "2016/10/07 17:37:41"), @"
        Deleted 3 of total 5 object(s).
        [2016/10/07 17:37:41] Removal summary:
        -----------------
        Total objects: 5
        Deleted:       3
        Failed:        2
        Elapsed time:  00.00:13:07
        ");
    }

    #[test]
    fn a_preview_and_a_stopped_run_say_so() {
        let stopped = Summary {
            failed: 1,
            interrupted: 1,
            listing_done: false,
            ..summary()
        };
        assert_snapshot!(block(&stopped, false, "2016/10/07 17:37:41"), @"
        Deleted 3 of total 5 object(s).
        [2016/10/07 17:37:41] Removal summary:
        -----------------
        Total objects: 5
        Deleted:       3
        Failed:        1
        Interrupted:   1
        Elapsed time:  00.00:13:07
        Listing:       not complete, there may be more objects
        ");
        assert_snapshot!(block(&summary(), true, "2016/10/07 17:37:41"), @"
        Nothing was deleted: 3 object(s), 1.5 KB, would be.
        [2016/10/07 17:37:41] Removal summary:
        -----------------
        Total objects: 5
        Deleted:       0
        Failed:        2
        Elapsed time:  00.00:13:07
        ");
    }
}
