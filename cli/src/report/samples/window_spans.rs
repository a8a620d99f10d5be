//! The windows of a run over time, in memory of a fixed size.
//!
//! If there are too many spans, neighbours are merged, so that a run of a week takes no more memory
//! than one of a minute.

use std::time::Duration;

use azring_core::report::Window;
use azring_core::schedule::tuner::Bound;

/// The maximum number of spans. A run with so many windows keeps at least half of it.
pub(crate) const SPANS_MAX: usize = 240;

/// Consecutive windows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct WindowSpan {
    /// When it begins, counted from the start of the transfer, and how long it is.
    pub(crate) from: Duration,
    pub(crate) long: Duration,
    /// The bytes moved in this span; and those of them that were wasted, because their transfer
    /// failed.
    pub(crate) moved_bytes: u64,
    pub(crate) failed_bytes: u64,
    /// Requests that succeeded; attempts that were throttled or not answered.
    pub(crate) succeeded: u64,
    pub(crate) refused: u64,
    pub(crate) timeouts: u64,
    /// The highest allowed number of concurrent requests.
    pub(crate) concurrency: u32,
    /// The highest allowed number of concurrent disk operations, if the disk had a limit.
    pub(crate) turns: Option<u32>,
    /// The median duration of requests, weighted by their number; and the 99th percentile of the
    /// worst window.
    pub(crate) p50: Option<Duration>,
    pub(crate) p99: Option<Duration>,
    /// How long each thing limited the rate.
    pub(crate) bounds: [Duration; Bound::ALL.len()],
}

impl WindowSpan {
    fn of(window: &Window, from: Duration) -> Self {
        let (sample, decision) = (&window.sample, &window.decision);
        let mut bounds = [Duration::ZERO; Bound::ALL.len()];
        bounds[decision.bound as usize] = sample.window;
        Self {
            from,
            long: sample.window,
            moved_bytes: sample.moved_bytes,
            failed_bytes: sample.failed_bytes,
            succeeded: sample.succeeded.into(),
            refused: sample.refused.into(),
            timeouts: sample.timeouts.into(),
            concurrency: decision.concurrency,
            turns: decision.turns.filter(|_| sample.disk_ended > 0),
            p50: window.p50,
            p99: window.p99,
            bounds,
        }
    }

    /// This span merged with the one that follows it.
    fn and(mut self, next: &Self) -> Self {
        let requests = (self.succeeded + next.succeeded).max(1) as f64;
        self.p50 = match (self.p50, next.p50) {
            (Some(one), Some(other)) => {
                let sum = one.as_secs_f64() * self.succeeded as f64
                    + other.as_secs_f64() * next.succeeded as f64;
                Some(Duration::from_secs_f64(sum / requests))
            }
            (one, other) => one.or(other),
        };
        self.p99 = self.p99.max(next.p99);
        self.long += next.long;
        self.moved_bytes += next.moved_bytes;
        self.failed_bytes += next.failed_bytes;
        self.succeeded += next.succeeded;
        self.refused += next.refused;
        self.timeouts += next.timeouts;
        self.concurrency = self.concurrency.max(next.concurrency);
        self.turns = self.turns.max(next.turns);
        for (sum, more) in self.bounds.iter_mut().zip(next.bounds) {
            *sum += more;
        }
        self
    }

    /// When it ends.
    pub(crate) fn until(&self) -> Duration {
        self.from + self.long
    }

    /// Bytes per second, without wasted ones.
    pub(crate) fn rate(&self) -> f64 {
        self.per_second(self.moved_bytes.saturating_sub(self.failed_bytes))
    }

    /// The amount per second.
    pub(crate) fn per_second(&self, amount: u64) -> f64 {
        amount as f64 / self.long.as_secs_f64().max(1e-3)
    }

    /// The thing that limited the rate for the largest part of the span.
    pub(crate) fn bound(&self) -> Bound {
        let pairs = Bound::ALL.iter().zip(self.bounds);
        pairs
            .max_by_key(|(_, time)| *time)
            .map_or(Bound::Unknown, |(bound, _)| *bound)
    }
}

/// The spans of a run.
#[derive(Debug, Clone)]
pub(crate) struct WindowSpans {
    spans: Vec<WindowSpan>,
    /// The number of windows per span now, and the number in the last span.
    each: u32,
    in_last: u32,
    until: Duration,
}

impl Default for WindowSpans {
    fn default() -> Self {
        Self {
            spans: Vec::new(),
            each: 1,
            in_last: 0,
            until: Duration::ZERO,
        }
    }
}

impl WindowSpans {
    /// Adds a window.
    pub(crate) fn add(&mut self, window: &Window) {
        if window.sample.window.is_zero() {
            return;
        }
        let span = WindowSpan::of(window, self.until);
        self.until = span.until();
        match self.spans.last_mut() {
            Some(last) if self.in_last < self.each => {
                *last = last.and(&span);
                self.in_last += 1;
            }
            _ => {
                if self.spans.len() == SPANS_MAX {
                    self.halve();
                }
                self.spans.push(span);
                self.in_last = 1;
            }
        }
    }

    fn halve(&mut self) {
        let pairs = self.spans.chunks(2).map(|pair| match pair {
            [one, other] => one.and(other),
            rest => rest[0],
        });
        self.spans = pairs.collect();
        self.each *= 2;
    }

    /// The spans in order, without gaps.
    pub(crate) fn spans(&self) -> &[WindowSpan] {
        &self.spans
    }

    /// The length of all spans together.
    pub(crate) fn long(&self) -> Duration {
        self.until
    }
}

#[cfg(test)]
mod tests {
    use azring_core::schedule::tuner::Phase;
    use proptest::prelude::*;

    use super::*;
    use crate::report::samples::controller::tests::window;

    prop_compose! {
        fn any_window()(
            long_ms in 1_u64..2000,
            moved in 0_u64..1 << 30,
            failed in 0_u64..1 << 20,
            succeeded in 0_u32..1000,
            refused in 0_u32..20,
            concurrency in 1_u32..512,
            p99_ms in proptest::option::of(1_u64..10_000),
            bound in prop::sample::select(&Bound::ALL[..]),
        ) -> Window {
            let mut window = window(0, concurrency, Phase::Hold, bound);
            window.sample.window = Duration::from_millis(long_ms);
            window.sample.moved_bytes = moved;
            window.sample.failed_bytes = failed;
            window.sample.succeeded = succeeded;
            window.sample.refused = refused;
            window.p99 = p99_ms.map(Duration::from_millis);
            window.p50 = window.p99.map(|p99| p99 / 2);
            window
        }
    }

    proptest! {
        #[test]
        fn however_many_windows_there_are_nothing_is_lost_and_few_spans_stay(
            list in prop::collection::vec(any_window(), 1..1500)
        ) {
            let mut windows = WindowSpans::default();
            for window in &list {
                windows.add(window);
            }
            let spans = windows.spans();
            prop_assert!(spans.len() <= SPANS_MAX);
            prop_assert!(spans.len() >= list.len().min(SPANS_MAX / 2));
            let mut at = Duration::ZERO;
            for span in spans {
                prop_assert_eq!(span.from, at);
                at = span.until();
                prop_assert_eq!(span.bounds.iter().sum::<Duration>(), span.long);
            }
            prop_assert_eq!(at, list.iter().map(|window| window.sample.window).sum::<Duration>());
            prop_assert_eq!(at, windows.long());
            let sum = |of: fn(&WindowSpan) -> u64| spans.iter().map(of).sum::<u64>();
            let moved = list.iter().map(|window| window.sample.moved_bytes).sum::<u64>();
            prop_assert_eq!(sum(|span| span.moved_bytes), moved);
            let refused: u64 = list.iter().map(|window| u64::from(window.sample.refused)).sum();
            prop_assert_eq!(sum(|span| span.refused), refused);
            let succeeded: u64 = list.iter().map(|window| u64::from(window.sample.succeeded)).sum();
            prop_assert_eq!(sum(|span| span.succeeded), succeeded);
            let most = |list: &mut dyn Iterator<Item = u32>| list.max();
            prop_assert_eq!(
                most(&mut spans.iter().map(|span| span.concurrency)),
                most(&mut list.iter().map(|window| window.decision.concurrency))
            );
            prop_assert_eq!(
                spans.iter().filter_map(|span| span.p99).max(),
                list.iter().filter_map(|window| window.p99).max()
            );
            for span in spans {
                prop_assert!(span.p50 <= span.p99);
            }
        }
    }
}
