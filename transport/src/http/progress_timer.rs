//! Notices when nothing moves, or next to nothing.
//!
//! One timer per connection, touched only when an exchange has to wait anyway. It is not moved forward with every sign
//! of life; it rings at the earliest possible end, looks at when something moved last, and sleeps on.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Less than this within [`Timeouts::least_progress`](crate::net::Timeouts) is no progress, in bytes: 17 a second. A link that
/// gives each request no more is beyond use.
pub(super) const LEAST_BYTES: u64 = 1024;

/// Why an exchange is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stall {
    /// Nothing moved for so long.
    Silent(Duration),
    /// Something moved, but fewer than [`LEAST_BYTES`].
    Slow,
    /// The attempt as a whole took too long.
    Overdue,
}

/// How long an exchange may do without.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProgressLimits {
    /// Any sign of life.
    pub(super) silence: Duration,
    /// [`LEAST_BYTES`]; `None` while it is only waited for.
    pub(super) least_progress: Option<Duration>,
}

/// The no-progress timer of a connection.
#[derive(Debug)]
pub(super) struct ProgressTimer {
    timer: Pin<Box<Sleep>>,
    attempt_ends_at: Instant,
    moved: u64,
    moved_at: Instant,
    /// How much had moved, and when, when enough had the last time.
    enough: u64,
    enough_at: Instant,
}

impl ProgressTimer {
    /// A watch for a connection made now.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            timer: Box::pin(sleep_until(now)),
            attempt_ends_at: now,
            moved: 0,
            moved_at: now,
            enough: 0,
            enough_at: now,
        }
    }

    /// An exchange begins, which may take `attempt` as a whole.
    pub(super) fn begin(&mut self, attempt: Duration) {
        self.moved_at = Instant::now();
        self.attempt_ends_at = self.moved_at + attempt;
        self.enough_at = self.moved_at;
    }

    /// It is not the peer who is waited for: silence begins now at the earliest.
    pub(super) fn stir(&mut self) {
        self.moved_at = Instant::now();
        self.enough_at = self.moved_at;
    }

    /// For how long nothing had moved when it was asked last, if it still has not.
    pub(super) fn silence(&self) -> Duration {
        self.moved_at.elapsed()
    }

    /// To be asked whenever there is nothing else to do. `moved` is any number that changes with every sign of life.
    /// Ready once one of the limits is exceeded; it then says which.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        moved: u64,
        limits: ProgressLimits,
    ) -> Poll<Stall> {
        let now = Instant::now();
        if self.moved != moved {
            self.moved = moved;
            self.moved_at = now;
        }
        if limits.least_progress.is_none() || moved.saturating_sub(self.enough) >= LEAST_BYTES {
            self.enough = moved;
            self.enough_at = now;
        }
        let silent_at = self.moved_at + limits.silence;
        let slow_at = limits.least_progress.map(|limit| self.enough_at + limit);
        let ends_at = silent_at.min(self.attempt_ends_at);
        let ends_at = slow_at.map_or(ends_at, |slow_at| slow_at.min(ends_at));
        if now >= ends_at {
            return Poll::Ready(if now >= silent_at {
                Stall::Silent(now - self.moved_at)
            } else if slow_at.is_some_and(|slow_at| now >= slow_at) {
                Stall::Slow
            } else {
                Stall::Overdue
            });
        }
        if self.timer.deadline() <= now || self.timer.deadline() > ends_at {
            self.timer.as_mut().reset(ends_at);
        }
        // The timer is in the future and not after the end, so this registers the waker and is not ready.
        match self.timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
