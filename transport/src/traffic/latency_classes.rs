//! How long requests usually take, by their direction and size: what takes much longer than its like has met trouble.
//!
//! Two things follow. A request whose answer does not begin is given up after a multiple of what is usual, not after the
//! minute that a stranger gets; and near the end of a run one that takes much longer than its like may be sent a second
//! time ([`super::hedge_budget`]). Both are generous: a service that is only slow must not get twice the work.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::latency::Histogram;

/// Kinds of size, each four times the one before: up to 64 KiB, 256 KiB, 1 MiB, 4 MiB, and beyond.
const SIZES: usize = 5;

/// What is asked for in so many requests at least is known well enough to be impatient.
const KNOWN: u64 = 64;

/// And well enough to be compared with.
const COMPARABLE: u64 = 4;

/// So many times what 99 of 100 take is waited for the beginning of an answer, and never less than this.
const PATIENCE: u32 = 8;
const PATIENCE_MIN: Duration = Duration::from_secs(10);

/// What takes so many times as long as half of its like is late, and never before this.
const LATE: u32 = 4;
const LATE_MIN: Duration = Duration::from_secs(1);

/// What is alike: direction and magnitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LatencyClass(usize);

impl LatencyClass {
    /// A request that sends and receives about so many bytes.
    pub(crate) fn of(sent_bytes: u64, received_bytes: u64) -> Self {
        let is_up = sent_bytes > received_bytes;
        let doublings = sent_bytes.max(received_bytes).div_ceil(64 << 10).max(1);
        let size = (doublings.next_power_of_two().ilog2() as usize).div_ceil(2);
        Self(usize::from(is_up) * SIZES + size.min(SIZES - 1))
    }
}

/// The latency_classes of all kinds.
#[derive(Debug, Default)]
pub(super) struct LatencyClasses([ClassLatency; 2 * SIZES]);

/// One kind's. The two times are kept beside the counts so that nobody adds up a histogram for each request.
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
    /// The answer to a request of this kind began after so long; or it had not after so long, and was given up.
    pub(super) fn was_silent(&self, kind: LatencyClass, silence: Duration) {
        let latency = &self.0[kind.0];
        latency.silences.add(silence);
        if is_worth_a_look(latency.silent.fetch_add(1, Relaxed) + 1) {
            let p99 = latency.silences.read().percentile(0.99);
            latency.silence_p99_us.store(micros(p99), Relaxed);
        }
    }

    /// A request of this kind succeeded in so long.
    pub(super) fn took(&self, kind: LatencyClass, took: Duration) {
        let latency = &self.0[kind.0];
        latency.durations.add(took);
        if is_worth_a_look(latency.ended.fetch_add(1, Relaxed) + 1) {
            let p50 = latency.durations.read().percentile(0.5);
            latency.duration_p50_us.store(micros(p50), Relaxed);
        }
    }

    /// How long to wait for the beginning of an answer, `most` at most; `silences` times it was waited for in vain already,
    /// and each doubles it.
    pub(super) fn patience(&self, kind: LatencyClass, silences: u32, most: Duration) -> Duration {
        let latency = &self.0[kind.0];
        if latency.silent.load(Relaxed) < KNOWN {
            return most;
        }
        let p99 = Duration::from_micros(latency.silence_p99_us.load(Relaxed));
        let usual = (PATIENCE * p99).max(PATIENCE_MIN);
        usual.saturating_mul(1 << silences.min(16)).min(most)
    }

    /// When a request of this kind is late; `None` where there are too few to say.
    pub(super) fn late_after(&self, kind: LatencyClass) -> Option<Duration> {
        let latency = &self.0[kind.0];
        (latency.ended.load(Relaxed) >= COMPARABLE).then(|| {
            let p50 = Duration::from_micros(latency.duration_p50_us.load(Relaxed));
            (LATE * p50).max(LATE_MIN)
        })
    }
}

/// The first ones change what is known, later only many together do.
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
            latency_classes.was_silent(kind, Duration::from_millis(silence_ms));
            latency_classes.took(kind, Duration::from_millis(2 * silence_ms));
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
    fn a_stranger_gets_all_the_patience_and_a_quick_one_ten_seconds() {
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
            latency_classes.was_silent(kind, PATIENCE_MIN);
        }
        for _ in 0..KNOWN {
            latency_classes.was_silent(kind, Duration::from_millis(5));
        }
        assert_eq!(latency_classes.patience(kind, 0, MINUTE), MINUTE);
    }
}
