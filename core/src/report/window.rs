//! A quarter of a second of a run, as the controller saw it, and what it made of it.

use std::time::Duration;

use crate::schedule::tuner::{Decision, Sample};

/// One window.
#[derive(Debug, Clone)]
pub struct Window {
    /// When it ended, from the beginning of the carrying.
    pub at: Duration,
    /// What was measured.
    pub sample: Sample,
    /// What holds from then on.
    pub decision: Decision,
    /// So long did half of the requests take that succeeded in it.
    pub p50: Option<Duration>,
    /// And 99 of 100.
    pub p99: Option<Duration>,
}
