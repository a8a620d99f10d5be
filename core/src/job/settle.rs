//! How an object ends is counted and reported here, wherever it ended: in a worker, in the planning, in a pipe.

use crate::Error;
use crate::entry::EntryName;
use crate::report::{Details, Event, Observer, Totals};
use crate::transfer::{Outcome, Verdict};

/// What a worker tells of an object.
pub(super) fn settle(outcome: &Outcome, totals: &Totals, observer: &dyn Observer) {
    let Outcome {
        name,
        bytes,
        verdict,
        details,
        ..
    } = outcome;
    match verdict {
        Verdict::Done => done(name, *bytes, details, totals, observer),
        Verdict::Failed(error) => fail(name, *bytes, error, details, totals, observer),
    }
}

/// It is at its destination.
pub(super) fn done(
    name: &EntryName,
    bytes: u64,
    details: &Details,
    totals: &Totals,
    observer: &dyn Observer,
) {
    Totals::add(&totals.settled_bytes, bytes);
    Totals::add(&totals.done, 1);
    Totals::add(&totals.done_bytes, bytes);
    observer.event(Event::Done {
        name,
        bytes,
        details,
    });
}

/// It was left alone.
pub(super) fn skip(
    name: &EntryName,
    bytes: u64,
    reason: &str,
    totals: &Totals,
    observer: &dyn Observer,
) {
    Totals::add(&totals.settled_bytes, bytes);
    Totals::add(&totals.skipped, 1);
    observer.event(Event::Skipped {
        name,
        bytes,
        reason,
    });
}

/// It failed, or the run was called off before it could end: that is no failure of its own, and it is still to be done.
pub(super) fn fail(
    name: &EntryName,
    bytes: u64,
    error: &Error,
    details: &Details,
    totals: &Totals,
    observer: &dyn Observer,
) {
    if matches!(error.bare(), Error::Stopped) {
        Totals::add(&totals.interrupted, 1);
        observer.event(Event::Interrupted {
            name,
            bytes,
            details,
        });
        return;
    }
    Totals::add(&totals.settled_bytes, bytes);
    Totals::add(&totals.failed, 1);
    observer.event(Event::Failed {
        name,
        bytes,
        error,
        details,
    });
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::Side;
    use crate::report::Answer;

    /// Keeps how it was told.
    #[derive(Default)]
    struct Told(RefCell<Vec<&'static str>>);

    impl Observer for Told {
        fn event(&self, event: Event<'_>) {
            self.0.borrow_mut().push(match event {
                Event::Failed { .. } => "failed",
                Event::Interrupted { .. } => "interrupted",
                _ => "other",
            });
        }

        fn ask_overwrite(&self, _source: &str, _target: &str) -> Answer {
            unreachable!("nothing is asked here")
        }
    }

    #[test]
    fn what_was_called_off_is_no_failure_and_not_settled() {
        let (totals, told) = (Totals::default(), Told::default());
        let name = EntryName::from("a");
        for error in [
            Error::Stopped,
            Error::Stopped.at(Side::Target),
            Error::Changed("it grew".into()),
        ] {
            fail(&name, 7, &error, &Details::default(), &totals, &told);
        }
        assert_eq!(*told.0.borrow(), ["interrupted", "interrupted", "failed"]);
        let counts = [&totals.interrupted, &totals.failed, &totals.settled_bytes];
        assert_eq!(counts.map(Totals::get), [2, 1, 7]);
    }
}
