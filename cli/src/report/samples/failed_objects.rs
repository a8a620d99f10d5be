//! What failed first, and no more than that: a list of all of them is a ledger's.

use std::fmt;

use super::slowest_objects::cut;
use crate::mask::shown;

/// How many of them are kept.
const FAILURES_MAX: usize = 20;

/// The first failures: what failed, and why, fit to be shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct FailedObjects(Vec<(String, String)>);

impl FailedObjects {
    /// Something failed.
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
