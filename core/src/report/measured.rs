//! All requests of a run together: how many, and how long they took.

use azring_transport::traffic::{Latencies, Traffic};

/// What was measured from the first request of the workers to their last.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Requests that succeeded.
    pub succeeded: u64,
    /// Attempts that the service pushed back (503, 429).
    pub refused: u64,
    /// Attempts that ended in silence.
    pub timeouts: u64,
    /// Bytes that went out, heads included.
    pub sent_bytes: u64,
    /// Bytes that came in, heads included.
    pub received_bytes: u64,
    /// Of both, the bytes of attempts that failed.
    pub failed_bytes: u64,
    /// How long it took until the answers of those that succeeded began.
    pub first_bytes: Latencies,
    /// How long they took from their first byte to their last.
    pub latencies: Latencies,
}

impl Measured {
    /// What has been counted so far.
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
