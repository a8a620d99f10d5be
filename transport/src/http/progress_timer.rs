//! Ends an exchange when nothing moves, or too little.
//!
//! There is one timer per connection, used only when an exchange waits anyway. It is not moved with
//! every byte. It fires at the earliest possible end, looks when something moved last, and sleeps
//! on.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Fewer bytes than this within [`Timeouts::least_progress`](crate::net::Timeouts) are no progress:
/// 17 a second. A link that gives each request less is useless.
pub(super) const LEAST_BYTES: u64 = 1024;

/// Why an exchange is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stall {
    /// Nothing moved for this long.
    Silent(Duration),
    /// Something moved, but fewer than [`LEAST_BYTES`].
    Slow,
    /// The attempt as a whole took too long.
    Overdue,
}

/// How long an exchange may go without something.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProgressLimits {
    /// Without a byte.
    pub(super) silence: Duration,
    /// Without [`LEAST_BYTES`]; `None` while no progress is expected.
    pub(super) least_progress: Option<Duration>,
}

/// The progress timer of a connection.
#[derive(Debug)]
pub(super) struct ProgressTimer {
    timer: Pin<Box<Sleep>>,
    attempt_ends_at: Instant,
    moved: u64,
    moved_at: Instant,
    /// How many bytes had moved when there was enough progress last, and when that was.
    enough: u64,
    enough_at: Instant,
}

impl ProgressTimer {
    /// A timer for a connection made now.
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

    /// Begins an exchange, which may take `attempt` as a whole.
    pub(super) fn begin(&mut self, attempt: Duration) {
        self.moved_at = Instant::now();
        self.attempt_ends_at = self.moved_at + attempt;
        self.enough_at = self.moved_at;
    }

    /// The exchange does not wait for the peer: silence begins now at the earliest.
    pub(super) fn restart(&mut self) {
        self.moved_at = Instant::now();
        self.enough_at = self.moved_at;
    }

    /// The exchange did not read for this long, because the run has a cap on its rate.
    pub(super) fn held_back(&mut self, wait: Duration) {
        self.attempt_ends_at += wait;
        self.restart();
    }

    /// How long nothing has moved.
    pub(super) fn silence(&self) -> Duration {
        self.moved_at.elapsed()
    }

    /// To be polled when there is nothing else to do. `moved` is a number that changes with every
    /// byte. Ready with the exceeded limit.
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
        // The timer is in the future and not after the end, so this registers the waker and is not
        // ready.
        match self.timer.as_mut().poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }
}
