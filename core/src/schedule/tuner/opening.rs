//! The beginning of a run: few requests, and more as long as that is no risk, until they can be
//! measured.
//!
//! Connections begin slowly: with ten packets, and twice as many after each round trip (RFC 5681
//! and 6928). Over a long line the first windows therefore show a small part of its rate. A
//! controller that took it for the whole would choose almost no requests, in the smallest blocks,
//! for ten seconds. So nothing is concluded before the first request has ended or the rate has
//! stopped growing. While the rate grows, the number may grow.

use super::sample::Sample;

/// The first number of requests; one more is added for each that succeeds in the first window.
pub const OPENING: u32 = 4;

/// A rate that has grown by less than this factor in a window has stopped growing.
const GROWTH: f64 = 1.2;

/// What a long request has moved by the end of the opening, in bytes.
const LONG_BYTES: u64 = 96 * 1024;

/// The beginning of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    concurrency: u32,
    most: u32,
    /// Bytes per second in the window before, and all bytes.
    rate: f64,
    moved_bytes: u64,
    is_over: bool,
}

impl Opening {
    /// An opening that never has more requests than this.
    pub(super) fn new(most: u32) -> Self {
        Self {
            concurrency: most.min(OPENING),
            most,
            rate: 0.0,
            moved_bytes: 0,
            is_over: false,
        }
    }

    /// How many requests there may be.
    pub(super) fn concurrency(&self) -> u32 {
        self.concurrency
    }

    /// Takes the next window; returns whether the opening is over.
    ///
    /// `allows` says whether a link of this rate can have that many requests.
    pub(super) fn step(&mut self, sample: &Sample, allows: impl Fn(f64, u32) -> bool) -> bool {
        if self.is_over {
            return true;
        }
        let rate = sample.good_bytes_per_second();
        let grows = rate > GROWTH * self.rate;
        let more = (2 * self.concurrency).min(self.most);
        if grows && self.rate > 0.0 && allows(rate, more) {
            self.concurrency = more;
        }
        self.rate = rate;
        self.moved_bytes += sample.moved_bytes;
        self.is_over = !grows || sample.succeeded + sample.refused + sample.timeouts > 0;
        self.is_over
    }

    /// Whether requests are long: they have moved much each, and few have ended.
    pub(super) fn shows_long_requests(&self, sample: &Sample) -> bool {
        let requests = u64::from(sample.under_way + sample.succeeded).max(1);
        sample.succeeded < sample.under_way && self.moved_bytes / requests > LONG_BYTES
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A quarter of a second in which this much moved and nothing ended.
    fn window(moved_bytes: u64) -> Sample {
        Sample {
            window: Duration::from_millis(250),
            moved_bytes,
            under_way: 4,
            ..Sample::default()
        }
    }

    #[test]
    fn the_number_grows_with_the_rate_until_the_rate_stops_growing() {
        let mut opening = Opening::new(16);
        let mut numbers = Vec::new();
        for moved in [15_000, 120_000, 900_000, 5_000_000] {
            assert!(!opening.step(&window(moved), |_, _| true), "{moved}");
            numbers.push(opening.concurrency());
        }
        assert_eq!(numbers, [4, 8, 16, 16]);
        assert!(opening.step(&window(5_100_000), |_, _| true));
        assert!(opening.shows_long_requests(&window(5_100_000)));
    }

    #[test]
    fn a_slow_link_gets_no_more_of_them_and_one_that_ends_is_enough() {
        let mut opening = Opening::new(16);
        opening.step(&window(15_000), |_, _| false);
        opening.step(&window(120_000), |_, _| false);
        assert_eq!(opening.concurrency(), OPENING);
        let ended = Sample {
            succeeded: 1,
            ..window(900_000)
        };
        assert!(opening.step(&ended, |_, _| true));
    }
}
