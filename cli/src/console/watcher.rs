//! Watches a run for the person at the console: failures and notices as they come, progress in between, the overwrite
//! question, the summary at the end.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use azring_core::options::{Options, Overwrite};
use azring_core::report::{Answer, Event, Observer, Summary};

use super::complaint;
use super::summary;
use super::ticker::Ticker;
use super::{Console, Level};
use crate::prompt::{self, Line};

/// The best way of doing file IO; any other is worth a notice.
const BEST_IO: &str = "ring, registered buffers";

/// The observer of one run.
pub(crate) struct Watcher {
    console: Arc<Console>,
    /// Reads one line from whoever sits there; `None` when there is nobody, or no time.
    answers: Box<dyn Fn() -> Option<Line>>,
    preview: bool,
    ticker: RefCell<Option<Ticker>>,
    /// What is to be told when the first object is skipped because nobody can be asked; then nothing any more.
    unasked: Cell<Option<String>>,
}

impl Watcher {
    /// Watches a run with these options. `how_to_overwrite`: what the user would have to type to overwrite unasked.
    pub(crate) fn new(
        console: Arc<Console>,
        options: &Options,
        how_to_overwrite: &str,
        answers: impl Fn() -> Option<Line> + 'static,
    ) -> Self {
        let unasked = (options.conflict.overwrite == Overwrite::Never).then(|| {
            format!(
                "there is no terminal to ask at, so what is at the destination already is skipped: give \
                 `{how_to_overwrite}` to overwrite it"
            )
        });
        Self {
            console,
            answers: Box::new(answers),
            preview: options.preview,
            ticker: RefCell::new(None),
            unasked: Cell::new(unasked),
        }
    }

    /// The run is over: no more progress.
    pub(crate) fn rest(&self) {
        self.ticker.take();
    }

    /// Prints the summary.
    pub(crate) fn summarize(&self, summary: &Summary) {
        let time = (self.console.clock)();
        self.console
            .result(&summary::block(summary, self.preview, &time));
    }

    fn error(&self, text: &str) {
        self.console.message(Level::Error, text);
    }

    fn info(&self, text: &str) {
        self.console.message(Level::Info, text);
    }
}

impl Observer for Watcher {
    fn event(&self, event: Event<'_>) {
        match event {
            Event::Started { totals } => {
                let ticker = Ticker::start(Arc::clone(&self.console), Arc::clone(totals));
                self.ticker.replace(Some(ticker));
            }
            Event::IoMode(mode) if mode == BEST_IO => {}
            Event::IoMode(mode) => self.info(&format!("file IO: {mode}")),
            Event::Notice(text) => self.info(text),
            Event::Unlisted { what, error } => self.error(&complaint::unlisted(what, error)),
            Event::Done { .. } => {}
            Event::Skipped { .. } => {
                if let Some(text) = self.unasked.take() {
                    self.info(&text);
                }
            }
            Event::Failed { name, error } => self.error(&complaint::failed(name, error)),
        }
    }

    fn ask_overwrite(&self, source: &str, target: &str) -> Answer {
        prompt::overwrite(&self.console, source, target, &self.answers)
    }
}

#[cfg(test)]
mod tests {
    use azring_core::Error;
    use azring_core::entry::EntryName;
    use insta::assert_snapshot;

    use super::super::testing::{Printed, console};
    use super::*;
    use crate::{intent, words};

    fn watcher(more: &[&str], can_ask: bool) -> (Watcher, Printed) {
        let words: Vec<_> = ["/Source:/data", "/Dest:https://a.blob.core.windows.net/c"]
            .iter()
            .chain(more)
            .map(Into::into)
            .collect();
        let around = intent::Surroundings {
            can_ask,
            ..intent::tests::alone(&[])
        };
        let options = intent::options(&words::read(&words).unwrap(), &around).unwrap();
        let (console, printed) = console();
        (
            Watcher::new(Arc::new(console), &options, "/Y", || None),
            printed,
        )
    }

    fn skipped(watcher: &Watcher) {
        let name = EntryName::from("a.txt");
        watcher.event(Event::Skipped {
            name: &name,
            reason: "it exists",
        });
    }

    #[test]
    fn failures_and_notices_are_told_at_once_and_successes_are_not() {
        let (watcher, printed) = watcher(&[], true);
        let name = EntryName::from("b\n.txt");
        let error = Error::Changed("it grew".into());
        watcher.event(Event::Done {
            name: &name,
            bytes: 1,
        });
        watcher.event(Event::Failed {
            name: &name,
            error: &error,
        });
        watcher.event(Event::Unlisted {
            what: "/data/c",
            error: &error,
        });
        watcher.event(Event::Notice("something"));
        assert_snapshot!(printed.messages(), @r"
        [2018/08/16 15:19:39][ERROR] b\u{a}.txt: source might be changed by other process or application: it grew
        [2018/08/16 15:19:39][ERROR] Failed to enumerate directory /data/c: source might be changed by other process or application: it grew
        [2018/08/16 15:19:39][INFO] something
        ");
        assert_eq!(printed.results(), "");
    }

    #[test]
    fn the_io_mode_is_told_unless_it_is_the_best() {
        let (watcher, printed) = watcher(&[], true);
        watcher.event(Event::IoMode(BEST_IO));
        assert_eq!(printed.messages(), "");
        watcher.event(Event::IoMode("threads: the kernel refuses io_uring"));
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] file IO: threads: the kernel refuses io_uring");
    }

    #[test]
    fn that_nobody_can_be_asked_is_told_once_when_it_matters() {
        let (unattended, printed) = watcher(&[], false);
        assert_eq!(printed.messages(), "");
        skipped(&unattended);
        skipped(&unattended);
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] there is no terminal to ask at, so what is at the destination already is skipped: give `/Y` to overwrite it");
        for (more, can_ask) in [(&[][..], true), (&["/Y"], false)] {
            let (watcher, printed) = watcher(more, can_ask);
            skipped(&watcher);
            assert_eq!(printed.messages(), "");
        }
    }

    #[test]
    fn the_summary_goes_to_standard_output() {
        let (watcher, printed) = watcher(&[], true);
        watcher.summarize(&Summary::default());
        assert!(printed.results().starts_with(
            "Finished 0 of total 0 file(s).\n[2018/08/16 15:19:39] Transfer summary:"
        ));
        assert_eq!(printed.messages(), "");
    }
}
