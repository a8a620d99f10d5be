//! The pace of attempts: each begins a time after the one before, and unused time is not saved up.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::time::Instant;

/// How fast attempts may begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Bytes per second.
    Bytes(f64),
    /// Requests per second.
    Requests(f64),
}

/// An unused turn is kept for this long. Timers are not exact, and a late wake-up must not reduce
/// the rate.
const KEPT_NS: u64 = 10_000_000;

/// The longest wait of an attempt for its turn. The pace is adjusted before that.
const WAIT_NS_MAX: u64 = 5_000_000_000;

#[derive(Debug)]
pub(super) struct Pacer {
    epoch: Instant,
    /// Nanoseconds per request and per mebibyte; zero is no limit.
    ns_per_request: AtomicU64,
    ns_per_mib: AtomicU64,
    /// The time of the next turn, and the time before which nothing begins, since the epoch.
    next_ns: AtomicU64,
    held_until_ns: AtomicU64,
}

impl Default for Pacer {
    fn default() -> Self {
        Self {
            epoch: Instant::now(),
            ns_per_request: AtomicU64::new(0),
            ns_per_mib: AtomicU64::new(0),
            next_ns: AtomicU64::new(0),
            held_until_ns: AtomicU64::new(0),
        }
    }
}

impl Pacer {
    pub(super) fn set(&self, pace: Option<Pace>) {
        let ns = |amount: f64, rate: f64| (amount * 1e9 / rate.max(1e-3)).min(1e18) as u64;
        let (per_request, per_mib) = match pace {
            None => (0, 0),
            Some(Pace::Requests(rate)) => (ns(1.0, rate), 0),
            Some(Pace::Bytes(rate)) => (0, ns(1_048_576.0, rate)),
        };
        self.ns_per_request.store(per_request, Relaxed);
        self.ns_per_mib.store(per_mib, Relaxed);
    }

    pub(super) fn hold(&self, wait: Duration) {
        let until = self.now_ns().saturating_add(wait.as_nanos() as u64);
        self.held_until_ns.fetch_max(until, Relaxed);
    }

    /// Takes the next turn and returns the wait until then.
    pub(super) fn reserve(&self, bytes: u64) -> Duration {
        let by_bytes = (u128::from(self.ns_per_mib.load(Relaxed)) * u128::from(bytes)) >> 20;
        let gap = self.ns_per_request.load(Relaxed) + by_bytes as u64;
        let held_until = self.held_until_ns.load(Relaxed);
        if gap == 0 && held_until == 0 {
            return Duration::ZERO;
        }
        let now = self.now_ns();
        let mut turn = now;
        if gap > 0 {
            let _ = self.next_ns.fetch_update(Relaxed, Relaxed, |next| {
                turn = next.clamp(now.saturating_sub(KEPT_NS), now + WAIT_NS_MAX);
                Some(turn.saturating_add(gap))
            });
        }
        Duration::from_nanos(turn.max(held_until).saturating_sub(now))
    }

    fn now_ns(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }
}
