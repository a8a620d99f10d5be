//! A window of a run: its measurements, and the controller's decision.

use std::time::Duration;

use crate::schedule::tuner::{Decision, Sample};

/// One window.
#[derive(Debug, Clone)]
pub struct Window {
    /// The time of its end, since the beginning of the transfers.
    pub at: Duration,
    /// What was measured.
    pub sample: Sample,
    /// What is valid from then on.
    pub decision: Decision,
    /// Half of the requests that succeeded in it took no longer.
    pub p50: Option<Duration>,
    /// 99 of 100 took no longer.
    pub p99: Option<Duration>,
}
