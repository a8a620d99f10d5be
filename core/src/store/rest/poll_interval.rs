//! How long to wait between two questions about a copy that a service makes in its own time.

use std::time::Duration;

/// The shortest time between two polls: in less time nothing changes.
const WAIT_MIN: Duration = Duration::from_millis(100);

/// The longest time between two polls: the end of a copy is noticed so much later at most.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// The time between polls: short for a short copy, long for a long one, and short again near its
/// end.
#[derive(Debug, Default)]
pub(crate) struct PollInterval {
    waited: Duration,
}

impl PollInterval {
    /// How long to wait when `there` of `bytes` are copied.
    pub(crate) fn next(&mut self, there: u64, bytes: u64) -> Duration {
        let half_again = self.waited / 2;
        let to_its_middle = match there {
            0 => WAIT_MAX,
            _ => self
                .waited
                .mul_f64(bytes.saturating_sub(there) as f64 / there as f64 / 2.0),
        };
        let wait = half_again.min(to_its_middle).clamp(WAIT_MIN, WAIT_MAX);
        self.waited += wait;
        wait
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Polls a copy that takes this long; returns how often, and how long after its end it was
    /// noticed.
    fn watched(takes: Duration, shows_progress: bool) -> (u32, Duration) {
        let (mut interval, mut now, mut poll_permits, mut there) =
            (PollInterval::default(), Duration::ZERO, 0, 0);
        while now < takes {
            now += interval.next(there, 1 << 30);
            poll_permits += 1;
            if shows_progress {
                let share = now.as_secs_f64() / takes.as_secs_f64();
                there = (share.min(1.0) * (1_u64 << 30) as f64) as u64;
            }
        }
        (poll_permits, now.saturating_sub(takes))
    }

    proptest! {
        #[test]
        fn the_end_of_a_copy_is_seen_soon_and_with_few_looks(
            takes_ms in 1_u64..4_000_000,
            shows_progress in proptest::bool::ANY,
        ) {
            let takes = Duration::from_millis(takes_ms);
            let (poll_permits, late) = watched(takes, shows_progress);
            prop_assert!(late <= (takes / 2).clamp(WAIT_MIN, WAIT_MAX), "{late:?} late");
            // Ten polls to grow, one per five seconds, and a few more near the end.
            let most = 25 + takes_ms / WAIT_MAX.as_millis() as u64;
            prop_assert!(u64::from(poll_permits) <= most, "{poll_permits} poll_permits in {takes:?}");
        }
    }

    #[test]
    fn a_short_copy_is_not_waited_for_half_as_long_again() {
        for takes in (1..3000).map(Duration::from_millis) {
            let (_, late) = watched(takes, false);
            assert!(late <= (takes / 2).max(WAIT_MIN), "{takes:?}: {late:?}");
        }
    }

    #[test]
    fn a_copy_that_shows_how_far_it_is_is_met_at_its_end() {
        let (poll_permits, late) = watched(Duration::from_mins(10), true);
        assert!(late <= Duration::from_millis(200), "{late:?} late");
        assert!(poll_permits <= 150, "{poll_permits} poll_permits");
    }
}
