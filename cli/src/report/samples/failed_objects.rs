//! The first failures of a run. A ledger has all of them.

use std::fmt;

use super::slowest_objects::cut;
use crate::mask::shown;

/// The number of failures that are kept.
const FAILURES_MAX: usize = 20;

/// The first failures: name and reason, safe to print.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailedObjects(Vec<(String, String)>);

impl FailedObjects {
    /// Adds a failure.
    pub(crate) fn add(&mut self, what: impl fmt::Display, why: &str) {
        if self.0.len() < FAILURES_MAX {
            self.0
                .push((cut(&shown(&what.to_string())), cut(&shown(why))));
        }
    }

    pub(crate) fn list(&self) -> &[(String, String)] {
        &self.0
    }
}
