//! Carries a copy out: hands the options to the job, under the eyes of the console and the hand of the signals, and says
//! how it ended.

use std::sync::Arc;

use azring_core::options::Options;
use azring_core::{Error, Stop, job};

use crate::console::{Console, Level, Watcher, fatal};
use crate::exit::Ending;
use crate::parameter::{self, Dialect};
use crate::{signal, terminal};

/// Copies what `options` say. Complaints are spelled in `dialect`.
pub(crate) fn copy(options: &Options, dialect: Dialect, console: &Arc<Console>) -> Ending {
    let stop = Stop::default();
    let caught = {
        let stop = stop.clone();
        signal::watch(Arc::clone(console), move || stop.stop())
    };
    let caught = match caught {
        Ok(caught) => caught,
        Err(error) => {
            console.message(Level::Error, &format!("cannot watch for signals: {error}"));
            return Ending::Failure;
        }
    };
    let ending = run(options, dialect, console, &stop);
    caught.ending().unwrap_or(ending)
}

fn run(options: &Options, dialect: Dialect, console: &Arc<Console>, stop: &Stop) -> Ending {
    let answers = {
        let stop = stop.clone();
        move || terminal::line(|| stop.is_on())
    };
    let yes = parameter::Y.spelled(dialect);
    let watcher = Watcher::new(Arc::clone(console), options, &yes, answers);
    let result = job::run(options, &watcher, stop);
    watcher.rest();
    match result {
        Ok(summary) => {
            watcher.summarize(&summary);
            if summary.is_success() {
                Ending::Success
            } else {
                Ending::Failure
            }
        }
        Err(error) => {
            console.message(Level::Error, &fatal(&error, options, dialect));
            match error {
                Error::Usage(_) => Ending::Misuse,
                _ => Ending::Failure,
            }
        }
    }
}
