//! All requests of a run together: their number, and their durations.

use azring_transport::traffic::{Latencies, Traffic};

/// The sums from the first request of the workers to their last.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Requests that succeeded.
    pub succeeded: u64,
    /// Attempts that the service pushed back (503, 429).
    pub refused: u64,
    /// Attempts that timed out.
    pub timeouts: u64,
    /// Bytes that went out, heads included.
    pub sent_bytes: u64,
    /// Bytes that came in, heads included.
    pub received_bytes: u64,
    /// Of both, the bytes of attempts that failed.
    pub failed_bytes: u64,
    /// The time from sending a request to the first byte of its answer.
    pub first_bytes: Latencies,
    /// The duration of successful requests.
    pub latencies: Latencies,
}

impl Measured {
    /// The sums so far.
    pub(crate) fn of(traffic: &Traffic) -> Self {
        let tally = traffic.tally();
        Self {
            succeeded: tally.succeeded,
            refused: tally.refused,
            timeouts: tally.timeouts,
            sent_bytes: tally.sent_bytes,
            received_bytes: tally.received_bytes,
            failed_bytes: tally.failed_bytes,
            first_bytes: traffic.first_bytes(),
            latencies: traffic.latencies(),
        }
    }
}
