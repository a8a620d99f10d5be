//! The observer of a job, which passes every event to all listeners.

use azring_core::report::{Event, Observer, OverwriteAnswer, Summary};
use azring_core::{Error, Result};

use crate::ending::Ending;

/// Somebody who wants to know what happens. Called from one thread, in the order in which things happen.
pub(crate) trait Listener {
    /// Something happened.
    fn on_event(&self, event: &Event<'_>);

    /// Somebody was asked whether `target` may be replaced, and this was the answer.
    fn on_answer(&self, _target: &str, _answer: OverwriteAnswer) {}

    /// The run is over; nothing follows.
    fn on_end(&self, end: &RunEnd<'_>);
}

/// How a run ended.
pub(crate) struct RunEnd<'a> {
    /// Its counts, or why it could not begin or go on.
    pub(crate) result: Result<&'a Summary, &'a Error>,
    /// What the program will tell the one who started it.
    pub(crate) ending: Ending,
}

/// The listeners, in the order in which they hear, and the one who answers questions.
pub(crate) struct Listeners {
    listeners: Vec<Box<dyn Listener>>,
    ask: Box<Ask>,
}

/// Asks whether `target` may be replaced by `source`.
pub(crate) type Ask = dyn Fn(&str, &str) -> OverwriteAnswer;

impl Listeners {
    /// An audience whose questions `ask` answers.
    pub(crate) fn new(
        listeners: Vec<Box<dyn Listener>>,
        ask: impl Fn(&str, &str) -> OverwriteAnswer + 'static,
    ) -> Self {
        Self {
            listeners,
            ask: Box::new(ask),
        }
    }

    /// Tells everybody that it is over. How it ended, `ending` says for each of them anew: a listener may fail at its own end,
    /// which those behind it are to know.
    pub(crate) fn end(&self, result: Result<&Summary, &Error>, ending: impl Fn() -> Ending) {
        for listener in &self.listeners {
            let ending = ending();
            listener.on_end(&RunEnd { result, ending });
        }
    }
}

impl Observer for Listeners {
    fn event(&self, event: Event<'_>) {
        for listener in &self.listeners {
            listener.on_event(&event);
        }
    }

    fn ask_overwrite(&self, source: &str, target: &str) -> OverwriteAnswer {
        let answer = (self.ask)(source, target);
        for listener in &self.listeners {
            listener.on_answer(target, answer);
        }
        answer
    }
}
