//! The failures of a run by their causes, each with its first objects. A ledger has all of them.

use std::fmt;

use azring_core::Error;
use jiff::Zoned;

use super::slowest_objects::cut;
use crate::mask::shown;

/// The number of objects that are kept, of all causes together.
const OBJECTS_MAX: usize = 40;
/// The number of objects that are kept of one cause.
const OF_ONE_CAUSE_MAX: usize = 10;
/// The number of causes that are kept.
const CAUSES_MAX: usize = 20;

/// The failures of a run, by cause. All texts are safe to print.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailedObjects {
    causes: Vec<FailureCause>,
    objects: usize,
    /// Failures of further causes.
    others: u64,
}

/// One cause of failures.
#[derive(Debug, Clone)]
pub(crate) struct FailureCause {
    /// In a few words: `403 AuthorizationPermissionMismatch`, or the reason.
    pub(crate) what: String,
    /// How many objects failed because of it.
    pub(crate) count: u64,
    /// The first of them.
    pub(crate) objects: Vec<FailedObject>,
}

/// One object that failed.
#[derive(Debug, Clone)]
pub(crate) struct FailedObject {
    pub(crate) name: String,
    pub(crate) why: String,
    /// The service's id of the request that it refused.
    pub(crate) request_id: Option<String>,
    pub(crate) time: Zoned,
}

impl FailedObjects {
    /// Adds an object that failed with this error.
    pub(crate) fn add(&mut self, name: impl fmt::Display, error: &Error) {
        let why = error.to_string();
        let (what, request_id) = match error.bare() {
            Error::Transport(refusal) => {
                let what = match (refusal.status(), refusal.code()) {
                    (Some(status), Some(code)) => format!("{status} {code}"),
                    (Some(status), None) => status.to_string(),
                    (None, _) => refusal.message().to_owned(),
                };
                (what, refusal.request_id().map(shown))
            }
            _ => (why.clone(), None),
        };
        self.add_because(&what, &name.to_string(), &why, request_id);
    }

    /// Adds an object that differs on the two sides.
    pub(crate) fn add_difference(&mut self, name: impl fmt::Display, difference: &str) {
        self.add_because(difference, &name.to_string(), difference, None);
    }

    fn add_because(&mut self, what: &str, name: &str, why: &str, request_id: Option<String>) {
        let what = cut(&shown(what));
        let index = match self.causes.iter().position(|cause| cause.what == what) {
            Some(index) => index,
            None if self.causes.len() < CAUSES_MAX => {
                self.causes.push(FailureCause {
                    what,
                    count: 0,
                    objects: Vec::new(),
                });
                self.causes.len() - 1
            }
            None => {
                self.others += 1;
                return;
            }
        };
        let cause = &mut self.causes[index];
        cause.count += 1;
        if self.objects < OBJECTS_MAX && cause.objects.len() < OF_ONE_CAUSE_MAX {
            self.objects += 1;
            cause.objects.push(FailedObject {
                name: cut(&shown(name)),
                why: cut(&shown(why)),
                request_id,
                time: Zoned::now(),
            });
        }
    }

    /// The causes, the most frequent one first.
    pub(crate) fn causes(&self) -> Vec<&FailureCause> {
        let mut causes: Vec<_> = self.causes.iter().collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
        causes
    }

    /// Failures of causes that are not listed.
    pub(crate) fn others(&self) -> u64 {
        self.others
    }
}

#[cfg(test)]
mod tests {
    use azring_transport::{Error as Transport, Kind};

    use super::*;

    fn refused(code: &str, id: u32) -> Error {
        let error = Transport::new(Kind::Status(403), "no");
        error
            .answered(Some(code.to_owned()), Some(format!("id-{id}")), None)
            .into()
    }

    #[test]
    fn failures_are_counted_by_cause_and_the_most_frequent_comes_first() {
        let mut failures = FailedObjects::default();
        failures.add("a", &refused("AuthorizationPermissionMismatch", 1));
        for number in 0..1000 {
            failures.add(number, &refused("AuthenticationFailed", number));
        }
        failures.add("b", &Error::Integrity("the MD5 of `b` differs".into()));
        let causes = failures.causes();
        let counts: Vec<_> = causes
            .iter()
            .map(|cause| (cause.what.as_str(), cause.count, cause.objects.len()))
            .collect();
        assert_eq!(counts[0], ("403 AuthenticationFailed", 1000, 10));
        assert_eq!(counts.len(), 3);
        assert_eq!(causes[0].objects[1].request_id.as_deref(), Some("id-1"));
    }

    #[test]
    fn a_report_stays_small_however_many_causes_there_are() {
        let mut failures = FailedObjects::default();
        for number in 0..500 {
            failures.add("a", &refused(&format!("Code{number}"), number));
        }
        assert_eq!(failures.causes().len(), CAUSES_MAX);
        assert_eq!(failures.others(), 500 - CAUSES_MAX as u64);
    }
}
