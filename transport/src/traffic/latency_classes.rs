//! The usual durations of requests, by direction and size. A request that takes much longer has met
//! trouble.
//!
//! Two things use them. A request whose answer does not begin is ended after a multiple of the
//! usual time, not after the minute of an unknown one. Near the end of a run, a request that takes
//! much longer than similar ones may be sent a second time ([`super::hedge_budget`]). Both limits
//! are generous, because a service that is only slow must not get twice the work.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::latency::Histogram;

/// Classes of size, each four times the one before: up to 64 KiB, 256 KiB, 1 MiB, 4 MiB, and more.
const SIZES: usize = 5;

/// A class with this many requests is known well enough to end requests earlier.
const KNOWN: u64 = 64;

/// A class with this many requests is known well enough to be compared with.
const COMPARABLE: u64 = 4;

/// The answer is waited for this many times as long as 99 of 100 requests take, and never less than
/// the minimum.
const PATIENCE: u32 = 8;
const PATIENCE_MIN: Duration = Duration::from_secs(10);

/// A request is late after this many times the median duration, and never before the minimum.
const LATE: u32 = 4;
const LATE_MIN: Duration = Duration::from_secs(1);

/// A class of similar requests: direction and size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LatencyClass(usize);

impl LatencyClass {
    /// The class of a request that sends and receives about this many bytes.
    pub(crate) fn of(sent_bytes: u64, received_bytes: u64) -> Self {
        let is_up = sent_bytes > received_bytes;
        let doublings = sent_bytes.max(received_bytes).div_ceil(64 << 10).max(1);
        let size = (doublings.next_power_of_two().ilog2() as usize).div_ceil(2);
        Self(usize::from(is_up) * SIZES + size.min(SIZES - 1))
    }
}

/// The durations of all classes.
#[derive(Debug, Default)]
pub(super) struct LatencyClasses([ClassLatency; 2 * SIZES]);

/// The durations of one class. The two percentiles are kept beside the counts, so that no request
/// adds up a histogram.
#[derive(Debug, Default)]
struct ClassLatency {
    /// From a request's last byte to its answer's first.
    silences: Histogram,
    silent: AtomicU64,
    silence_p99_us: AtomicU64,
    /// From beginning to end.
    durations: Histogram,
    ended: AtomicU64,
    duration_p50_us: AtomicU64,
}

impl LatencyClasses {
    /// The answer to a request of this class began after this time, or was waited for in vain.
    pub(super) fn note_silence(&self, kind: LatencyClass, silence: Duration) {
        let latency = &self.0[kind.0];
        latency.silences.add(silence);
        if is_worth_a_look(latency.silent.fetch_add(1, Relaxed) + 1) {
            let p99 = latency.silences.read().percentile(0.99);
            latency.silence_p99_us.store(micros(p99), Relaxed);
        }
    }

    /// A request of this class succeeded after this time.
    pub(super) fn note_duration(&self, kind: LatencyClass, took: Duration) {
        let latency = &self.0[kind.0];
        latency.durations.add(took);
        if is_worth_a_look(latency.ended.fetch_add(1, Relaxed) + 1) {
            let p50 = latency.durations.read().percentile(0.5);
            latency.duration_p50_us.store(micros(p50), Relaxed);
        }
    }

    /// How long to wait for the beginning of an answer, at most `most`. The request got no answer
    /// `silences` times, and each time doubles the wait.
    pub(super) fn patience(&self, kind: LatencyClass, silences: u32, most: Duration) -> Duration {
        let latency = &self.0[kind.0];
        if latency.silent.load(Relaxed) < KNOWN {
            return most;
        }
        let p99 = Duration::from_micros(latency.silence_p99_us.load(Relaxed));
        let usual = (PATIENCE * p99).max(PATIENCE_MIN);
        usual.saturating_mul(1 << silences.min(16)).min(most)
    }

    /// After which time a request of this class is late; `None` where too few are known.
    pub(super) fn late_after(&self, kind: LatencyClass) -> Option<Duration> {
        let latency = &self.0[kind.0];
        (latency.ended.load(Relaxed) >= COMPARABLE).then(|| {
            let p50 = Duration::from_micros(latency.duration_p50_us.load(Relaxed));
            (LATE * p50).max(LATE_MIN)
        })
    }
}

/// Each of the first requests changes the percentiles; later only many of them together do.
fn is_worth_a_look(count: u64) -> bool {
    count.is_power_of_two() || count.is_multiple_of(64)
}

fn micros(time: Option<Duration>) -> u64 {
    time.unwrap_or_default().as_micros() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);
    const MIB: u64 = 1 << 20;

    fn known(silence_ms: u64) -> (LatencyClasses, LatencyClass) {
        let (latency_classes, kind) = (LatencyClasses::default(), LatencyClass::of(4 * MIB, 0));
        for _ in 0..KNOWN {
            latency_classes.note_silence(kind, Duration::from_millis(silence_ms));
            latency_classes.note_duration(kind, Duration::from_millis(2 * silence_ms));
        }
        (latency_classes, kind)
    }

    #[test]
    fn what_is_alike_has_one_direction_and_one_magnitude() {
        assert_eq!(LatencyClass::of(0, 0), LatencyClass::of(0, 64 << 10));
        assert_eq!(LatencyClass::of(0, MIB), LatencyClass::of(500, MIB / 2));
        assert_eq!(LatencyClass::of(0, 4 * MIB), LatencyClass::of(0, MIB + 1));
        assert_ne!(LatencyClass::of(0, MIB), LatencyClass::of(0, MIB + 1));
        assert_ne!(LatencyClass::of(0, MIB), LatencyClass::of(MIB, 0));
        assert_eq!(
            LatencyClass::of(u64::MAX / 2, 0),
            LatencyClass::of(5 * MIB, 0)
        );
    }

    #[test]
    fn an_unknown_class_waits_the_full_time_and_a_quick_one_ten_seconds() {
        let (latency_classes, kind) = known(5);
        assert_eq!(latency_classes.patience(kind, 0, MINUTE), PATIENCE_MIN);
        assert_eq!(
            latency_classes.patience(LatencyClass::of(0, 1), 0, MINUTE),
            MINUTE
        );
        assert_eq!(latency_classes.late_after(LatencyClass::of(0, 1)), None);
        assert_eq!(latency_classes.late_after(kind), Some(LATE_MIN));
    }

    #[test]
    fn a_slow_service_is_waited_for_and_each_silence_doubles_the_wait() {
        let (latency_classes, kind) = known(2000);
        let patience = |silences| latency_classes.patience(kind, silences, MINUTE).as_secs();
        assert!((16..=18).contains(&patience(0)), "{}", patience(0));
        assert!((32..=36).contains(&patience(1)), "{}", patience(1));
        assert_eq!(patience(2), 60);
        assert_eq!(patience(u32::MAX), 60);
        let late = latency_classes.late_after(kind).unwrap().as_secs();
        assert!((16..=18).contains(&late), "{late}");
    }

    #[test]
    fn what_was_given_up_makes_patient() {
        let (latency_classes, kind) = known(5);
        for _ in 0..8 {
            latency_classes.note_silence(kind, PATIENCE_MIN);
        }
        for _ in 0..KNOWN {
            latency_classes.note_silence(kind, Duration::from_millis(5));
        }
        assert_eq!(latency_classes.patience(kind, 0, MINUTE), MINUTE);
    }
}
