//! Counts and reports how each object ended, wherever it ended: in a worker, in the planning, in a
//! pipe.

use super::failure_limit::FailureLimit;
use crate::Error;
use crate::entry::{Entry, EntryName};
use crate::report::{Details, Event, Observer, Totals};
use crate::transfer::{Outcome, Verdict};

/// Where the ends of objects are counted and reported.
#[derive(Clone, Copy)]
pub(super) struct Settlement<'a> {
    pub(super) totals: &'a Totals,
    pub(super) observer: &'a dyn Observer,
    pub(super) limit: &'a FailureLimit,
}

impl Settlement<'_> {
    /// An object that a worker has ended.
    pub(super) fn outcome(&self, outcome: &Outcome) {
        let Outcome {
            name,
            bytes,
            verdict,
            details,
            ..
        } = outcome;
        match verdict {
            Verdict::Done => self.done(name, *bytes, details),
            Verdict::Failed(error) => self.fail(name, *bytes, error, details),
        }
    }

    /// The object is at the target.
    pub(super) fn done(&self, name: &EntryName, bytes: u64, details: &Details) {
        Totals::add(&self.totals.settled_bytes, bytes);
        Totals::add(&self.totals.done, 1);
        Totals::add(&self.totals.done_bytes, bytes);
        self.limit.succeeded();
        self.observer.event(Event::Done {
            name,
            bytes,
            details,
        });
    }

    /// The object is at the target, and was deleted at the source.
    pub(super) fn moved(&self, name: &EntryName, bytes: u64, details: Details) {
        let is_moved = true;
        self.done(
            name,
            bytes,
            &Details {
                is_moved,
                ..details
            },
        );
    }

    /// The object was deleted, or was gone already.
    pub(super) fn deleted(&self, entry: &Entry) {
        let (name, bytes) = (&entry.name, entry.bytes);
        Totals::add(&self.totals.settled_bytes, bytes);
        Totals::add(&self.totals.done, 1);
        Totals::add(&self.totals.done_bytes, bytes);
        self.limit.succeeded();
        let etag = entry.version.etag();
        self.observer.event(Event::Deleted {
            name,
            bytes,
            etag,
            trash: None,
        });
    }

    /// The object has its new properties.
    pub(super) fn properties_set(&self, entry: &Entry) {
        let (name, bytes) = (&entry.name, entry.bytes);
        Totals::add(&self.totals.settled_bytes, bytes);
        Totals::add(&self.totals.done, 1);
        Totals::add(&self.totals.done_bytes, bytes);
        self.limit.succeeded();
        self.observer.event(Event::PropertiesSet { name, bytes });
    }

    /// The object was skipped.
    pub(super) fn skip(&self, name: &EntryName, bytes: u64, reason: &str) {
        Totals::add(&self.totals.settled_bytes, bytes);
        Totals::add(&self.totals.skipped, 1);
        self.observer.event(Event::Skipped {
            name,
            bytes,
            reason,
        });
    }

    /// The object failed before anything of it was transferred.
    pub(super) fn fail_unstarted(&self, name: &EntryName, bytes: u64, error: &Error) {
        self.fail(name, bytes, error, &Details::default());
    }

    /// The object failed.
    ///
    /// An object that was stopped before its end is no failure: it is still to be done.
    pub(super) fn fail(&self, name: &EntryName, bytes: u64, error: &Error, details: &Details) {
        if matches!(error.bare(), Error::Stopped) {
            Totals::add(&self.totals.interrupted, 1);
            self.observer.event(Event::Interrupted {
                name,
                bytes,
                details,
            });
            return;
        }
        Totals::add(&self.totals.settled_bytes, bytes);
        Totals::add(&self.totals.failed, 1);
        if let Error::Different(difference) = *error.bare() {
            self.observer.event(Event::Differs {
                name,
                bytes,
                difference,
            });
            return;
        }
        self.observer.event(Event::Failed {
            name,
            bytes,
            error,
            details,
        });
        if let Some(failures) = self.limit.failed(error) {
            self.observer.event(Event::GaveUp { failures, error });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::Side;
    use crate::report::OverwriteAnswer;
    use crate::stop::Stop;

    /// Keeps the kinds of the events.
    #[derive(Default)]
    struct EventKinds(RefCell<Vec<&'static str>>);

    impl Observer for EventKinds {
        fn event(&self, event: Event<'_>) {
            self.0.borrow_mut().push(match event {
                Event::Failed { .. } => "failed",
                Event::Interrupted { .. } => "interrupted",
                _ => "other",
            });
        }

        fn ask_overwrite(&self, _source: &str, _target: &str) -> OverwriteAnswer {
            unreachable!("nothing is asked here")
        }
    }

    #[test]
    fn what_was_called_off_is_no_failure_and_not_settled() {
        let (totals, kinds) = (Totals::default(), EventKinds::default());
        let settlement = Settlement {
            totals: &totals,
            observer: &kinds,
            limit: &FailureLimit::new(&Stop::default()),
        };
        let name = EntryName::from("a");
        for error in [
            Error::Stopped,
            Error::Stopped.at(Side::Target),
            Error::Changed("it grew".into()),
        ] {
            settlement.fail(&name, 7, &error, &Details::default());
        }
        assert_eq!(*kinds.0.borrow(), ["interrupted", "interrupted", "failed"]);
        let counts = [&totals.interrupted, &totals.failed, &totals.settled_bytes];
        assert_eq!(counts.map(Totals::get), [2, 1, 7]);
    }
}
