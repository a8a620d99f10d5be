//! The counters of a run's requests, read at one time.

use std::time::Duration;

/// The counters at one time. All but the last three only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes that came, heads included; counted as they come.
    pub received_bytes: u64,
    /// Bytes that went, heads included; counted when their attempt ends, since what a socket has taken may still lie in
    /// this machine.
    pub sent_bytes: u64,
    /// The same bytes, counted as they arrive: as far as the other end is seen to have acknowledged them, the rest when their
    /// attempt ends. The other end of a plain connection through a proxy is the proxy.
    pub arrived_bytes: u64,
    /// Of what was received and sent, the bytes of attempts that failed.
    pub failed_bytes: u64,
    /// Requests that succeeded.
    pub succeeded: u64,
    /// Their bytes.
    pub succeeded_bytes: u64,
    /// How long they took, all together, in microseconds.
    pub succeeded_us: u64,
    /// Attempts that the service pushed back.
    pub refused: u64,
    /// Of these, the ones that it refused for their bytes, and for their number, where it said so.
    pub refused_for_bytes: u64,
    /// See above.
    pub refused_for_requests: u64,
    /// Attempts that ended in silence.
    pub timeouts: u64,
    /// Requests that were late and were sent a second time beside the first.
    pub hedged: u64,
    /// Attempts that are under way now.
    pub under_way: u32,
    /// The longest wait that the service asked for since the last look.
    pub retry_after: Option<Duration>,
    /// The shortest time that a small exchange or a new connection took since the last look.
    pub round_trip: Option<Duration>,
}
