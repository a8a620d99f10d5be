//! Prints failures and notices on standard error when they occur.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::sync::Arc;

use azring_core::Error;
use azring_core::options::{Options, Overwrite};
use azring_core::report::{Deletions, Event, NothingSelected, Summary};

use super::error_text;
use super::listeners::{Listener, RunEnd};
use crate::advice::Advice;
use crate::console::{Console, Level, count};
use crate::parameter;

/// The best mode of file IO. Any other mode is reported.
const BEST_IO: &str = "ring, registered buffers";

/// Prints failures and notices.
pub(crate) struct Messages {
    console: Arc<Console>,
    options: Options,
    advice: Advice,
    /// The kinds of failure whose cause was printed already.
    explained: RefCell<HashSet<String>>,
    /// How many objects failed after the run was stopped; `None` before.
    failed_after: Cell<Option<u64>>,
    /// The notice that is printed when the first object is skipped without a question; `None`
    /// afterwards.
    unasked: Cell<Option<String>>,
}

impl Messages {
    /// The messages of a run with these options. `advice` finds causes.
    pub(crate) fn new(console: Arc<Console>, options: &Options, advice: &Advice) -> Self {
        let unasked = (options.conflict.overwrite == Overwrite::Never).then(|| {
            format!(
                "there is no terminal for questions, so existing objects at the destination are skipped: give `{}` to overwrite them",
                parameter::Y.spelled(advice.dialect())
            )
        });
        Self {
            console,
            options: options.clone(),
            advice: advice.clone(),
            explained: RefCell::default(),
            failed_after: Cell::new(None),
            unasked: Cell::new(unasked),
        }
    }

    /// Why nothing was copied.
    /// The same where the user chose to skip existing objects: nothing is said about it then.
    pub(crate) fn skipping_by_choice(self, by_choice: bool) -> Self {
        if by_choice {
            self.unasked.take();
        }
        self
    }

    fn nothing_selected(&self, why: &NothingSelected) {
        let level = match why {
            // A run in which everything is up to date needs no warning.
            NothingSelected::ByTime(_) => Level::Info,
            _ => Level::Warning,
        };
        let text = error_text::nothing_selected(
            why,
            &self.options.source,
            self.options.selection.pattern.as_deref(),
            self.advice.dialect(),
        );
        self.console.message(level, &text);
    }

    /// The likely cause of an object's failure, the first time that this cause occurs.
    fn first_cause(&self, error: &Error) -> Option<String> {
        let cause = self.advice.cause_of_object(error, &self.options)?;
        let is_new = self.explained.borrow_mut().insert(cause.clone());
        is_new.then_some(cause)
    }

    /// Why a sync deleted nothing, and what stays at the destination.
    fn deletions(&self, deletions: &Deletions) {
        let dialect = self.advice.dialect();
        match deletions.refused {
            Some(refusal) => self.error(&error_text::not_deleted(refusal, deletions, dialect)),
            None if deletions.links > 0 => self.info(&format!(
                "{} symbolic link(s) that the source does not have stay at the destination",
                count(deletions.links)
            )),
            None if deletions.left > 0 => {
                let on = parameter::DELETE.with_value("on", dialect);
                self.info(&format!(
                    "{} object(s) that the source does not have stay at the destination (`{on}` deletes such objects)",
                    count(deletions.left)
                ));
            }
            None => {}
        }
    }

    fn error(&self, text: &str) {
        self.console.message(Level::Error, text);
    }

    fn info(&self, text: &str) {
        self.console.message(Level::Info, text);
    }
}

/// The line about the objects that failed after the run was stopped.
fn more_like_this(summary: &Summary, failed: u64) -> String {
    let failed = match failed {
        0 => String::new(),
        failed => format!("{} active ones failed too, and ", count(failed)),
    };
    format!(
        "{failed}{} more of the {} objects listed so far were not tried",
        count(summary.unfinished()),
        count(summary.listed)
    )
}

impl Listener for Messages {
    fn on_event(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. }
            | Event::Done { .. }
            | Event::Begun { .. }
            | Event::CopyStarted { .. }
            | Event::Window(_)
            | Event::Measured(_)
            | Event::Interrupted { .. }
            | Event::Deleted { .. }
            | Event::PropertiesSet { .. }
            | Event::Differs { .. }
            | Event::Change(_)
            | Event::IoMode(BEST_IO) => {}
            Event::IoMode(mode) => self.info(&format!("io: {mode}")),
            Event::Notice(text) => self.info(text),
            Event::Outage(news) => self.console.message(Level::Warning, &news.to_string()),
            Event::Warning(text) => self.console.message(Level::Warning, text),
            Event::NothingSelected(why) => self.nothing_selected(why),
            Event::Unlisted { what, error } => self.error(&error_text::unlisted(what, error)),
            Event::DeletionFailed { name, error, .. } => {
                self.error(&error_text::deletion_failed(name, error));
            }
            Event::DirectoryFailed { name, error } => {
                self.error(&error_text::directory_failed(name, error));
            }
            Event::Skipped { .. } => {
                if let Some(text) = self.unasked.take() {
                    self.info(&text);
                }
            }
            Event::GaveUp { failures, error } => {
                self.error(&error_text::gave_up(*failures, error));
                self.failed_after.set(Some(0));
            }
            // Transfers in flight when the run stopped fail with the same cause.
            Event::Failed { .. } if self.failed_after.get().is_some() => {
                let failed = self.failed_after.get();
                self.failed_after.set(failed.map(|failed| failed + 1));
            }
            Event::Failed { name, error, .. } => {
                let mut text = error_text::failed(name, error);
                if let Some(cause) = self.first_cause(error) {
                    text = format!("{text}\n{cause}.");
                }
                self.error(&text);
            }
        }
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        if let (Ok(summary), Some(failed)) = (end.result, self.failed_after.get()) {
            self.error(&more_like_this(summary, failed));
        }
        match end.result {
            Ok(summary) => {
                if let Some(error) = &summary.ended_by {
                    self.error(&error_text::ended_by(error));
                }
                if let Some(deletions) = &summary.deletions {
                    self.deletions(deletions);
                }
                if self.options.verify.is_some() && summary.failed > 0 {
                    self.error(&format!(
                        "{} of {} object(s) are not the same on both sides, or could not be compared",
                        count(summary.failed),
                        count(summary.listed)
                    ));
                }
            }
            Err(error) => self.error(&error_text::fatal(error, &self.options, &self.advice)),
        }
    }
}

#[cfg(test)]
mod tests {
    use azring_core::entry::EntryName;
    use azring_core::report::Details;
    use insta::assert_snapshot;

    use super::*;
    use crate::console::testing::{Printed, console};
    use crate::ending::Ending;
    use crate::intent::tests::{alone, upload};
    use crate::parameter::Dialect;

    fn messages(options: &Options) -> (Messages, Printed) {
        let (console, printed) = console();
        (
            Messages::new(
                Arc::new(console),
                options,
                &Advice::unknowing(Dialect::Slash),
            ),
            printed,
        )
    }

    fn skipped(messages: &Messages) {
        let name = EntryName::from("a.txt");
        messages.on_event(&Event::Skipped {
            name: &name,
            bytes: 1,
            reason: "it exists",
        });
    }

    #[test]
    fn failures_and_notices_are_reported_at_once_and_successes_are_not() {
        let (messages, printed) = messages(&upload(&[]));
        let name = EntryName::from("b\n.txt");
        let error = Error::Changed("it grew".into());
        messages.on_event(&Event::Done {
            name: &name,
            bytes: 1,
            details: &Details::default(),
        });
        messages.on_event(&Event::Failed {
            name: &name,
            bytes: 1,
            error: &error,
            details: &Details::default(),
        });
        messages.on_event(&Event::Unlisted {
            what: "/data/c",
            error: &error,
        });
        messages.on_event(&Event::Notice("something"));
        messages.on_end(&RunEnd {
            result: Err(&Error::Stopped),
            ending: Ending::Failure,
        });
        assert_snapshot!(printed.messages(), @r"
        [2018/08/16 15:19:39][ERROR] b\u{a}.txt: source might be changed by other process or application: it grew
        [2018/08/16 15:19:39][ERROR] Failed to enumerate directory /data/c: source might be changed by other process or application: it grew
        [2018/08/16 15:19:39][INFO] something
        [2018/08/16 15:19:39][ERROR] the transfer has been cancelled
        ");
        assert_eq!(printed.results(), "");
    }

    #[test]
    fn the_io_mode_is_reported_unless_it_is_the_best() {
        let (messages, printed) = messages(&upload(&[]));
        messages.on_event(&Event::IoMode(BEST_IO));
        assert_eq!(printed.messages(), "");
        messages.on_event(&Event::IoMode("threads (the kernel refuses a ring)"));
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] io: threads (the kernel refuses a ring)");
    }

    #[test]
    fn that_nobody_can_be_asked_is_said_once_when_it_matters() {
        let unattended = crate::intent::tests::upload_with(&[], &alone(&[]));
        let (listener, printed) = messages(&unattended);
        assert_eq!(printed.messages(), "");
        skipped(&listener);
        skipped(&listener);
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] there is no terminal for questions, so existing objects at the destination are skipped: give `/Y` to overwrite them");
        for options in [
            upload(&[]),
            crate::intent::tests::upload_with(&["/Y"], &alone(&[])),
        ] {
            let (listener, printed) = messages(&options);
            skipped(&listener);
            assert_eq!(printed.messages(), "");
        }
    }
}
