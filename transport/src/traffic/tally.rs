//! The counters of a run's requests, read at one time.

use std::time::Duration;

/// The counters at one time. All but the last four only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Received bytes, heads included; counted as they come.
    pub received_bytes: u64,
    /// Sent bytes, heads included; counted when their attempt ends, because a socket may still hold
    /// what it has taken.
    pub sent_bytes: u64,
    /// The same bytes, counted as they arrive: those that the peer has acknowledged, and the rest
    /// when their attempt ends. The peer of a plain connection through a proxy is the proxy.
    pub arrived_bytes: u64,
    /// The received and sent bytes of attempts that failed.
    pub failed_bytes: u64,
    /// Requests that succeeded.
    pub succeeded: u64,
    /// Their bytes.
    pub succeeded_bytes: u64,
    /// Their durations, added up, in microseconds.
    pub succeeded_us: u64,
    /// Attempts that the service refused for being too many.
    pub refused: u64,
    /// Of these, the ones that the service refused for their bytes.
    pub refused_for_bytes: u64,
    /// Of these, the ones that the service refused for their number.
    pub refused_for_requests: u64,
    /// Attempts that ended without an answer in time.
    pub timeouts: u64,
    /// Late requests that were sent a second time beside the first.
    pub hedged: u64,
    /// Attempts that the cap on the rate has delayed.
    pub delayed: u64,
    /// Attempts that the cap on the rate delays now.
    pub held_back: u32,
    /// Attempts that are under way now.
    pub under_way: u32,
    /// The longest wait that the service asked for since the last look.
    pub retry_after: Option<Duration>,
    /// The shortest time that a small exchange or a new connection took since the last look.
    pub round_trip: Option<Duration>,
}
