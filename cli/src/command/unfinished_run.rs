//! The counters of the run under way, for its summary when a second signal ends the process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use azring_core::report::{Event, Summary, Totals};

use crate::ending::Ending;
use crate::listener::{Listener, RunEnd};

/// Prints a summary. It is called in the thread that waits for signals.
type Print = dyn Fn(&Summary, Ending) + Send;

/// The run under way, if there is one, and how its summary is printed.
#[derive(Clone, Default)]
pub(super) struct UnfinishedRun(Arc<Mutex<RunState>>);

#[derive(Default)]
struct RunState {
    begun: Option<(Arc<Totals>, Instant)>,
    print: Option<Box<Print>>,
}

impl UnfinishedRun {
    /// The summary of a run is printed in this way.
    pub(super) fn prints(&self, print: impl Fn(&Summary, Ending) + Send + 'static) {
        self.state().print = Some(Box::new(print));
    }

    /// Prints the summary as it is now. It prints nothing before the run has begun, and once it prints its own
    /// summary.
    pub(super) fn print(&self, ending: Ending) {
        let state = self.state();
        if let (Some((totals, begun)), Some(print)) = (&state.begun, &state.print) {
            print(&Summary::of_unfinished(totals, begun.elapsed()), ending);
        }
    }

    fn state(&self) -> MutexGuard<'_, RunState> {
        // A panic during printing leaves no state that matters half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for UnfinishedRun {
    fn on_event(&self, event: &Event<'_>) {
        if let Event::Started { totals } = event {
            self.state().begun = Some((Arc::clone(totals), Instant::now()));
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {
        self.state().begun = None;
    }
}
