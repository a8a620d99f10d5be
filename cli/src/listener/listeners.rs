//! The observer of a job, which passes every event to all listeners.

use azring_core::report::{Event, Observer, OverwriteAnswer, Summary};
use azring_core::{Error, Result};

use crate::ending::Ending;

/// A receiver of a run's events. It is called from one thread, in the order of the events.
pub(crate) trait Listener {
    /// An event of the run.
    fn on_event(&self, event: &Event<'_>);

    /// The user answered whether `target` may be replaced.
    fn on_answer(&self, _target: &str, _answer: OverwriteAnswer) {}

    /// The run is over. Nothing follows.
    fn on_end(&self, end: &RunEnd<'_>);
}

/// How a run ended.
pub(crate) struct RunEnd<'a> {
    /// The run's counts, or the error that stopped it.
    pub(crate) result: Result<&'a Summary, &'a Error>,
    /// The ending that the exit code will report.
    pub(crate) ending: Ending,
}

/// All listeners, in the order in which they get events, and the function that asks questions.
pub(crate) struct Listeners {
    all: Vec<Box<dyn Listener>>,
    ask: Box<Ask>,
    permission: Box<AskDeletion>,
}

/// Asks whether `target` may be replaced by `source`.
pub(crate) type Ask = dyn Fn(&str, &str) -> OverwriteAnswer;

/// Asks whether so many of all objects at a place may be deleted.
pub(crate) type AskDeletion = dyn Fn(u64, u64, &str) -> bool;

impl Listeners {
    /// The listeners, and the function that asks the user.
    pub(crate) fn new(
        listeners: Vec<Box<dyn Listener>>,
        ask: impl Fn(&str, &str) -> OverwriteAnswer + 'static,
    ) -> Self {
        Self {
            all: listeners,
            ask: Box::new(ask),
            permission: Box::new(|_, _, _| false),
        }
    }

    /// The same with the function that asks about deletions.
    pub(crate) fn asking_deletion(self, ask: impl Fn(u64, u64, &str) -> bool + 'static) -> Self {
        Self {
            permission: Box::new(ask),
            ..self
        }
    }

    /// Passes the end of the run to every listener. `ending` is evaluated for each of them, because
    /// a listener may fail at its own end and later ones have to know.
    pub(crate) fn end(&self, result: Result<&Summary, &Error>, ending: impl Fn() -> Ending) {
        for listener in &self.all {
            let ending = ending();
            listener.on_end(&RunEnd { result, ending });
        }
    }
}

impl Observer for Listeners {
    fn event(&self, event: Event<'_>) {
        for listener in &self.all {
            listener.on_event(&event);
        }
    }

    fn ask_overwrite(&self, source: &str, target: &str) -> OverwriteAnswer {
        let answer = (self.ask)(source, target);
        for listener in &self.all {
            listener.on_answer(target, answer);
        }
        answer
    }

    fn ask_deletion(&self, objects: u64, all: u64, target: &str) -> bool {
        (self.permission)(objects, all, target)
    }
}
