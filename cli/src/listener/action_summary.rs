//! The summary at the end of `azring remove` and `azring set-properties`.

use std::sync::Arc;

use azring_core::report::{Event, Summary};

use super::listeners::{Listener, RunEnd};
use crate::console::{Console, units};

/// Prints the summary on standard output.
pub(crate) struct ActionSummary {
    console: Arc<Console>,
    preview: bool,
    words: &'static ActionWords,
}

/// What was done with the objects.
struct ActionWords {
    /// The beginning of "... 2 of total 3 object(s)."
    did: &'static str,
    /// The beginning of "... 3 object(s)."
    would: &'static str,
    /// The sentence after it.
    did_not: &'static str,
    /// The beginning of "... summary".
    title: &'static str,
    /// The line that counts, with spaces up to the number.
    label: &'static str,
}

static REMOVAL: ActionWords = ActionWords {
    did: "Deleted",
    would: "Would delete",
    did_not: "Nothing was deleted.",
    title: "Removal",
    label: "Deleted:       ",
};

static PROPERTIES: ActionWords = ActionWords {
    did: "Set the properties of",
    would: "Would set the properties of",
    did_not: "Nothing was changed.",
    title: "Property",
    label: "Changed:       ",
};

impl ActionSummary {
    /// The summary of a removal or of its preview.
    pub(crate) fn of_removal(console: Arc<Console>, preview: bool) -> Self {
        Self {
            console,
            preview,
            words: &REMOVAL,
        }
    }

    /// The summary of `azring set-properties` or of its preview.
    pub(crate) fn of_properties(console: Arc<Console>, preview: bool) -> Self {
        Self {
            console,
            preview,
            words: &PROPERTIES,
        }
    }
}

impl Listener for ActionSummary {
    fn on_event(&self, _event: &Event<'_>) {}

    fn on_end(&self, end: &RunEnd<'_>) {
        if let Ok(summary) = end.result {
            let time = self.console.time();
            self.console
                .result(&block(summary, self.words, self.preview, &time));
        }
    }
}

/// The summary of a run that ended at `time`.
fn block(summary: &Summary, words: &ActionWords, preview: bool, time: &str) -> String {
    let first = if preview {
        format!(
            "{} {} object(s), {}. {}",
            words.would,
            units::count(summary.done),
            units::size(summary.bytes),
            words.did_not
        )
    } else {
        format!(
            "{} {} of total {} object(s).",
            words.did, summary.done, summary.listed
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
         [{time}] {} summary:\n\
         -----------------\n\
         Total objects: {}\n\
         {}{}\n\
         Failed:        {}\n\
         {interrupted}\
         Elapsed time:  {}{not_whole}",
        words.title,
        summary.listed,
        words.label,
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
        assert_snapshot!(block(&summary(), &REMOVAL, false, "2016/10/07 17:37:41"), @"
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
    fn the_block_of_properties_counts_what_was_changed() {
        assert_snapshot!(block(&summary(), &PROPERTIES, false, "2016/10/07 17:37:41"), @"
        Set the properties of 3 of total 5 object(s).
        [2016/10/07 17:37:41] Property summary:
        -----------------
        Total objects: 5
        Changed:       3
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
        assert_snapshot!(block(&stopped, &REMOVAL, false, "2016/10/07 17:37:41"), @"
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
        assert_snapshot!(block(&summary(), &REMOVAL, true, "2016/10/07 17:37:41"), @"
        Would delete 3 object(s), 1.50 KiB. Nothing was deleted.
        [2016/10/07 17:37:41] Removal summary:
        -----------------
        Total objects: 5
        Deleted:       0
        Failed:        2
        Elapsed time:  00.00:13:07
        ");
    }
}
