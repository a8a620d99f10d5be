//! A report about a service that cannot be reached for a while.

use std::fmt;
use std::time::Duration;

/// Whether an outage lasts or has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutageState {
    /// The service cannot be reached, and is retried.
    Lasts,
    /// It answers again.
    Ended,
}

/// An outage of one service, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutageNews {
    /// Host and port.
    pub endpoint: String,
    /// Whether it lasts or has ended.
    pub state: OutageState,
    /// The time since its beginning.
    pub lasts: Duration,
    /// The error of the last attempt.
    pub reason: String,
}

impl fmt::Display for OutageNews {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (endpoint, seconds) = (&self.endpoint, self.lasts.as_secs());
        match self.state {
            OutageState::Lasts => write!(
                f,
                "cannot reach `{endpoint}` for {seconds} s, trying again: {}",
                self.reason
            ),
            OutageState::Ended => write!(f, "`{endpoint}` answers again after {seconds} s"),
        }
    }
}
