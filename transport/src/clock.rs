//! The time for signatures and for waits between attempts.
//!
//! Waits for a *peer* (connecting, the first byte, progress) use tokio's own timers instead, which
//! tests pause.

use std::fmt;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// A wait in progress. Dropping it ends the wait.
pub type SleepFuture<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Gives the time and waits.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time of day.
    fn now(&self) -> SystemTime;

    /// The time since a fixed moment of this process. Setting the time of day does not change it.
    fn monotonic(&self) -> Duration {
        static FIRST: OnceLock<Instant> = OnceLock::new();
        FIRST.get_or_init(Instant::now).elapsed()
    }

    /// Waits this long.
    fn sleep(&self, wait: Duration) -> SleepFuture<'_>;
}

/// The machine's clock and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, wait: Duration) -> SleepFuture<'_> {
        Box::pin(tokio::time::sleep(wait))
    }
}
