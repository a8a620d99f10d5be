//! Failures and notices, on standard error as they come.

use std::cell::Cell;
use std::sync::Arc;

use azring_core::options::{Options, Overwrite};
use azring_core::report::Event;

use super::complaint;
use super::{Console, Level};
use crate::audience::{End, Listener};
use crate::parameter::{self, Dialect};

/// The best way of doing file IO; any other is worth a notice.
const BEST_IO: &str = "ring, registered buffers";

/// Tells a person what goes wrong.
pub(crate) struct Messages {
    console: Arc<Console>,
    options: Options,
    dialect: Dialect,
    /// What is to be told when the first object is skipped because nobody can be asked; then nothing any more.
    unasked: Cell<Option<String>>,
}

impl Messages {
    /// Messages about a run with these options, spelled in `dialect`.
    pub(crate) fn new(console: Arc<Console>, options: &Options, dialect: Dialect) -> Self {
        let unasked = (options.conflict.overwrite == Overwrite::Never).then(|| {
            format!(
                "there is no terminal to ask at, so what is at the destination already is skipped: give `{}` to \
                 overwrite it",
                parameter::Y.spelled(dialect)
            )
        });
        Self {
            console,
            options: options.clone(),
            dialect,
            unasked: Cell::new(unasked),
        }
    }

    fn error(&self, text: &str) {
        self.console.message(Level::Error, text);
    }

    fn info(&self, text: &str) {
        self.console.message(Level::Info, text);
    }
}

impl Listener for Messages {
    fn hear(&self, event: &Event<'_>) {
        match event {
            Event::Started { .. }
            | Event::Done { .. }
            | Event::Begun { .. }
            | Event::CopyStarted { .. }
            | Event::Window(_)
            | Event::Measured(_)
            | Event::Interrupted { .. }
            | Event::IoMode(BEST_IO) => {}
            Event::IoMode(mode) => self.info(&format!("io: {mode}")),
            Event::Notice(text) => self.info(text),
            Event::Unlisted { what, error } => self.error(&complaint::unlisted(what, error)),
            Event::Skipped { .. } => {
                if let Some(text) = self.unasked.take() {
                    self.info(&text);
                }
            }
            Event::Failed { name, error, .. } => self.error(&complaint::failed(name, error)),
        }
    }

    fn hear_end(&self, end: &End<'_>) {
        if let Err(error) = end.result {
            self.error(&complaint::fatal(error, &self.options, self.dialect));
        }
    }
}

#[cfg(test)]
mod tests {
    use azring_core::Error;
    use azring_core::entry::EntryName;
    use azring_core::report::Details;
    use insta::assert_snapshot;

    use super::super::testing::{Printed, console};
    use super::*;
    use crate::exit::Ending;
    use crate::intent::tests::{alone, upload};

    fn messages(options: &Options) -> (Messages, Printed) {
        let (console, printed) = console();
        (
            Messages::new(Arc::new(console), options, Dialect::Slash),
            printed,
        )
    }

    fn skipped(messages: &Messages) {
        let name = EntryName::from("a.txt");
        messages.hear(&Event::Skipped {
            name: &name,
            bytes: 1,
            reason: "it exists",
        });
    }

    #[test]
    fn failures_and_notices_are_told_at_once_and_successes_are_not() {
        let (messages, printed) = messages(&upload(&[]));
        let name = EntryName::from("b\n.txt");
        let error = Error::Changed("it grew".into());
        messages.hear(&Event::Done {
            name: &name,
            bytes: 1,
            details: &Details::default(),
        });
        messages.hear(&Event::Failed {
            name: &name,
            bytes: 1,
            error: &error,
            details: &Details::default(),
        });
        messages.hear(&Event::Unlisted {
            what: "/data/c",
            error: &error,
        });
        messages.hear(&Event::Notice("something"));
        messages.hear_end(&End {
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
    fn the_io_mode_is_told_unless_it_is_the_best() {
        let (messages, printed) = messages(&upload(&[]));
        messages.hear(&Event::IoMode(BEST_IO));
        assert_eq!(printed.messages(), "");
        messages.hear(&Event::IoMode("threads (the kernel refuses a ring)"));
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] io: threads (the kernel refuses a ring)");
    }

    #[test]
    fn that_nobody_can_be_asked_is_told_once_when_it_matters() {
        let unattended = crate::intent::tests::upload_with(&[], &alone(&[]));
        let (told, printed) = messages(&unattended);
        assert_eq!(printed.messages(), "");
        skipped(&told);
        skipped(&told);
        assert_snapshot!(printed.messages(), @"[2018/08/16 15:19:39][INFO] there is no terminal to ask at, so what is at the destination already is skipped: give `/Y` to overwrite it");
        for options in [
            upload(&[]),
            crate::intent::tests::upload_with(&["/Y"], &alone(&[])),
        ] {
            let (told, printed) = messages(&options);
            skipped(&told);
            assert_eq!(printed.messages(), "");
        }
    }
}
