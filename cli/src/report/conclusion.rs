//! The sentence at the top of a report: how many objects were copied, how many failed and why.

use super::page::{ReportData, RunResult};
use crate::console::{count, size};
use crate::ending::Ending;

impl ReportData<'_> {
    /// `392 of 403 objects (1.20 GiB) were copied; 11 failed, 10 of them with 403 AuthenticationFailed.`
    pub(super) fn conclusion(&self) -> String {
        let summary = match &self.outcome {
            RunResult::Run(summary) => summary,
            RunResult::Broken(_) => return "The run could not begin or continue.".to_owned(),
        };
        let did = match (self.is_preview, summary.moved) {
            (true, _) => "would be copied",
            (false, Some(_)) => "were moved",
            (false, None) => "were copied",
        };
        let done = match (summary.done, summary.listed) {
            (0, 0) => "Nothing was found to copy".to_owned(),
            (done, listed) if done == listed => {
                format!("All {} objects ({}) {did}", count(done), size(self.bytes()))
            }
            (done, listed) => format!(
                "{} of {} objects ({}) {did}",
                count(done),
                count(listed),
                size(self.bytes())
            ),
        };
        let mut rest = Vec::new();
        if summary.failed > 0 {
            rest.push(format!(
                "{} failed{}",
                count(summary.failed),
                self.because()
            ));
        }
        let not_deleted = summary.deletions.as_ref().map_or(0, |all| all.failed);
        if not_deleted > 0 {
            rest.push(format!(
                "{} that only the destination has could not be deleted",
                count(not_deleted)
            ));
        }
        if summary.skipped > 0 {
            rest.push(format!("{} were skipped", count(summary.skipped)));
        }
        if summary.unfinished() > 0 {
            rest.push(format!("{} were not finished", count(summary.unfinished())));
        }
        if !summary.listing_done && matches!(self.ending, Ending::Signal(_)) {
            rest.push("the source was not listed to its end".to_owned());
        }
        if rest.is_empty() {
            format!("{done}.")
        } else {
            format!("{done}; {}.", rest.join(", "))
        }
    }

    /// The most frequent cause of failures.
    fn because(&self) -> String {
        let causes = self.history.failures.causes();
        match causes[..] {
            [] => String::new(),
            [only] => format!(" ({})", only.what),
            [first, ..] => format!(", {} of them with {}", count(first.count), first.what),
        }
    }
}
