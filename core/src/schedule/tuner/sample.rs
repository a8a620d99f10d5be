//! What happened in one window, as the controller sees it.

use std::time::Duration;

/// Why a service pushed back, as far as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushbackCause {
    /// Too many bytes: ingress or egress beyond the account's limit.
    Bytes,
    /// Too many requests: operations per second beyond a limit.
    Requests,
}

/// What answers tell of the rate. Where bytes are known to have moved before their request is answered, they may still wait
/// for the service, or lie in a proxy on the way: how long requests take is for answers to say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum AnswerRate {
    /// What moved.
    #[default]
    AsMoved,
    /// Nothing: too few have come since they last did.
    TooFew,
    /// So many bytes per second.
    Rate(f64),
}

/// The measurements of one window, summed over all workers.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// How long the window was.
    pub window: Duration,
    /// Bytes of requests and answers that went over the network, also those of attempts that are still under way. What is sent
    /// counts when it is known to have arrived.
    pub moved_bytes: u64,
    /// Of the bytes that ever moved, those that turned out to be for nothing in this window: their attempt failed.
    pub failed_bytes: u64,
    /// What answers tell of the rate.
    pub answers: AnswerRate,
    /// Requests that succeeded.
    pub succeeded: u32,
    /// Their bytes, all of them, whenever they moved.
    pub succeeded_bytes: u64,
    /// Attempts that the service pushed back: 503, 429, 500 `OperationTimedOut`.
    pub refused: u32,
    /// Why, where the service says it.
    pub cause: Option<PushbackCause>,
    /// The longest wait that the service asked for (`Retry-After`).
    pub retry_after: Option<Duration>,
    /// Attempts that ended in silence.
    pub timeouts: u32,
    /// Requests that were late and were sent a second time.
    pub raced: u32,
    /// The shortest time that a small exchange or a new connection took.
    pub round_trip: Option<Duration>,
    /// How many requests were under way at the end of the window. After the limit was lowered it takes them a while.
    pub under_way: u32,
    /// How many operations were at the disk, or waited for it, on the average.
    pub at_disk: u32,
    /// How many operations at the disk ended.
    pub disk_ended: u32,
    /// Their bytes.
    pub disk_bytes: u64,
    /// How many waited for memory, all of the budget being out, on the average.
    pub for_memory: u32,
    /// Fewer requests were under way than were allowed, because there was no more to do.
    pub starved: bool,
    /// How much of the processor time that it may use this process used, 0 to 1.
    pub processor: f64,
}

/// What a request is worth beside its bytes: small objects are limited by requests, and empty ones are work too.
const REQUEST_BYTES: f64 = 16.0 * 1024.0;

/// One that waits for memory for so many under way is too much.
const SHORT_OF_MEMORY: u32 = 4;

/// A window that waits for answers ends after this long.
pub(super) const ANSWERS_WINDOW_MAX: Duration = Duration::from_secs(4);

impl Sample {
    /// Whether a window of this length says enough where only answers tell what moved: as many requests have ended as are
    /// under way, or something happened that must not wait.
    pub fn is_telling(&self, window: Duration) -> bool {
        self.succeeded >= self.under_way
            || self.refused > 0
            || self.timeouts > 0
            || self.starved
            || window >= ANSWERS_WINDOW_MAX
    }

    /// Too much waits for memory: more requests would only wait with it.
    pub(super) fn is_short_of_memory(&self) -> bool {
        self.for_memory > 0 && SHORT_OF_MEMORY * self.for_memory >= self.under_way
    }

    /// Bytes per second that answers tell of; `None` when they tell nothing.
    pub(super) fn answered_bytes_per_second(&self) -> Option<f64> {
        match self.answers {
            AnswerRate::AsMoved => Some(self.good_bytes_per_second()),
            AnswerRate::TooFew => None,
            AnswerRate::Rate(rate) => Some(rate),
        }
    }

    /// Bytes per second that were not for nothing.
    pub fn good_bytes_per_second(&self) -> f64 {
        self.per_second(self.moved_bytes as f64 - self.failed_bytes as f64)
            .max(0.0)
    }

    /// The work that got done: goodput, and something for every request.
    pub(super) fn work(&self) -> f64 {
        self.good_bytes_per_second() + REQUEST_BYTES * self.requests_per_second()
    }

    /// Requests per second that succeeded.
    pub fn requests_per_second(&self) -> f64 {
        self.per_second(f64::from(self.succeeded))
    }

    /// The share of the attempts that ended in this window that the service pushed back.
    pub fn refused_share(&self) -> f64 {
        let ended = self.succeeded + self.refused + self.timeouts;
        f64::from(self.refused) / f64::from(ended.max(1))
    }

    fn per_second(&self, amount: f64) -> f64 {
        amount / self.window.as_secs_f64().max(1e-3)
    }
}
