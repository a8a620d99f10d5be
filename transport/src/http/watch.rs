//! Notices when nothing moves.
//!
//! One timer per connection, touched only when an exchange has to wait anyway. It is not moved forward with every sign
//! of life; it rings at the earliest possible end, looks at when something moved last, and sleeps on.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// The no-progress timer of a connection.
#[derive(Debug)]
pub(super) struct Watch {
    timer: Pin<Box<Sleep>>,
    attempt_ends_at: Instant,
    moved: u64,
    moved_at: Instant,
}

impl Watch {
    /// A watch for a connection made now.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            timer: Box::pin(sleep_until(now)),
            attempt_ends_at: now,
            moved: 0,
            moved_at: now,
        }
    }

    /// An exchange begins, which may take `attempt` as a whole.
    pub(super) fn begin(&mut self, attempt: Duration) {
        self.moved_at = Instant::now();
        self.attempt_ends_at = self.moved_at + attempt;
    }

    /// It is not the peer who is waited for: silence begins now at the earliest.
    pub(super) fn stir(&mut self) {
        self.moved_at = Instant::now();
    }

    /// For how long nothing had moved when it was asked last, if it still has not.
    pub(super) fn silence(&self) -> Duration {
        self.moved_at.elapsed()
    }

    /// To be asked whenever there is nothing else to do. `moved` is any number that changes with every sign of life.
    /// Ready once it has not changed for `limit`, or the attempt has taken too long; it then says for how long.
    pub(super) fn poll(
        &mut self,
        cx: &mut Context<'_>,
        moved: u64,
        limit: Duration,
    ) -> Poll<Duration> {
        let now = Instant::now();
        if self.moved != moved {
            self.moved = moved;
            self.moved_at = now;
        }
        let ends_at = (self.moved_at + limit).min(self.attempt_ends_at);
        if now >= ends_at {
            return Poll::Ready(now - self.moved_at);
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
