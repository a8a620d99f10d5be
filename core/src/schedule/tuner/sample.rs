//! The measurements of one window.

use std::time::Duration;

/// Why a service pushed back, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushbackCause {
    /// Too many bytes: ingress or egress beyond the account's limit.
    Bytes,
    /// Too many requests: operations per second beyond a limit.
    Requests,
}

/// What answers say about the rate.
///
/// Bytes may be known to have moved before their request is answered. They may still wait for the
/// service, or lie in a proxy. Only answers say how long requests take.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum AnswerRate {
    /// The same as what moved.
    #[default]
    AsMoved,
    /// Nothing: too few answers have come.
    TooFew,
    /// Bytes per second.
    Rate(f64),
}

/// The measurements of one window, summed over all workers.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// How long the window was.
    pub window: Duration,
    /// Bytes of requests and answers that went over the network, also those of attempts in flight.
    /// Sent bytes count when they are known to have arrived.
    pub moved_bytes: u64,
    /// Bytes of attempts that failed in this window, whenever they moved.
    pub failed_bytes: u64,
    /// What answers say about the rate.
    pub answers: AnswerRate,
    /// Requests that succeeded.
    pub succeeded: u32,
    /// The bytes of these requests, whenever they moved.
    pub succeeded_bytes: u64,
    /// Attempts that the service pushed back: 503, 429, 500 `OperationTimedOut`.
    pub refused: u32,
    /// Why, if the service says it.
    pub cause: Option<PushbackCause>,
    /// The longest wait that the service asked for (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Attempts that timed out.
    pub timeouts: u32,
    /// Requests that were late and were sent a second time.
    pub raced: u32,
    /// The shortest time of a small exchange or a new connection.
    pub round_trip: Option<Duration>,
    /// Requests in flight at the end of the window. It takes a while to fall to a lower limit.
    pub under_way: u32,
    /// Operations at the disk, or waiting for it, on average.
    pub at_disk: u32,
    /// Operations at the disk that ended.
    pub disk_ended: u32,
    /// Their bytes.
    pub disk_bytes: u64,
    /// Tasks that waited for memory, on average.
    pub for_memory: u32,
    /// The cap on the rate, which the user has set, delayed requests.
    pub capped: bool,
    /// Fewer requests were in flight than allowed, because there was no more to do.
    pub starved: bool,
    /// The share of its processor time that this process used, 0 to 1.
    pub processor: f64,
}

/// The bytes that a request counts for, in addition to its own: small objects are limited by
/// requests, and empty ones are work too.
const REQUEST_BYTES: f64 = 16.0 * 1024.0;

/// One task that waits for memory is too much for this many requests in flight.
const SHORT_OF_MEMORY: u32 = 4;

/// The longest window that waits for answers.
pub(super) const ANSWERS_WINDOW_MAX: Duration = Duration::from_secs(4);

impl Sample {
    /// Whether a window of this length can be measured where only answers say what moved.
    ///
    /// As many requests have ended as are in flight, or something happened that must not wait.
    pub fn is_telling(&self, window: Duration) -> bool {
        self.succeeded >= self.under_way
            || self.refused > 0
            || self.timeouts > 0
            || self.starved
            || window >= ANSWERS_WINDOW_MAX
    }

    /// Whether too many tasks wait for memory: more requests would only wait too.
    pub(super) fn is_short_of_memory(&self) -> bool {
        self.for_memory > 0 && SHORT_OF_MEMORY * self.for_memory >= self.under_way
    }

    /// Bytes per second by the answers; `None` when they say nothing.
    pub(super) fn answered_bytes_per_second(&self) -> Option<f64> {
        match self.answers {
            AnswerRate::AsMoved => Some(self.good_bytes_per_second()),
            AnswerRate::TooFew => None,
            AnswerRate::Rate(rate) => Some(rate),
        }
    }

    /// Bytes per second of attempts that did not fail.
    pub fn good_bytes_per_second(&self) -> f64 {
        self.per_second(self.moved_bytes as f64 - self.failed_bytes as f64)
            .max(0.0)
    }

    /// The work done per second: goodput, and something for every request.
    pub(super) fn work(&self) -> f64 {
        self.good_bytes_per_second() + REQUEST_BYTES * self.requests_per_second()
    }

    /// Requests per second that succeeded.
    pub fn requests_per_second(&self) -> f64 {
        self.per_second(f64::from(self.succeeded))
    }

    /// The share of the ended attempts that the service pushed back.
    pub fn refused_share(&self) -> f64 {
        let ended = self.succeeded + self.refused + self.timeouts;
        f64::from(self.refused) / f64::from(ended.max(1))
    }

    fn per_second(&self, amount: f64) -> f64 {
        amount / self.window.as_secs_f64().max(1e-3)
    }
}
