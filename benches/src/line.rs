//! A line of limited speed, as a value: when a packet that enters it now comes out, if it does. No clock and no packets in
//! here; `bin/wire.rs` moves those.

use std::time::Duration;

/// What a line does to packets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// How long a packet is on its way once it has left.
    pub delay: Duration,
    /// How many bytes leave in a second.
    pub bytes_per_second: f64,
    /// The share of packets that are lost by chance.
    pub loss: f64,
    /// For how long packets wait to leave at most; what would have to wait longer is dropped, as a router does it.
    pub queue: Duration,
}

/// A line in use: one direction.
#[derive(Debug, Clone)]
pub struct Lane {
    line: Line,
    /// When the last packet that entered has left, since the beginning.
    free_at: Duration,
    chance: u64,
}

impl Lane {
    /// A line that is empty; the same seed loses the same packets.
    pub fn new(line: Line, seed: u64) -> Self {
        Self {
            line,
            free_at: Duration::ZERO,
            chance: seed,
        }
    }

    /// When a packet of so many bytes comes out that enters at `now`, both since the beginning; `None` when it does not.
    pub fn pass(&mut self, now: Duration, bytes: usize) -> Option<Duration> {
        let leaves_from = self.free_at.max(now);
        if leaves_from.saturating_sub(now) > self.line.queue || self.draw() < self.line.loss {
            return None;
        }
        self.free_at =
            leaves_from + Duration::from_secs_f64(bytes as f64 / self.line.bytes_per_second);
        Some(self.free_at + self.line.delay)
    }

    /// From 0 to 1 (`SplitMix64`).
    fn draw(&mut self) -> f64 {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    /// A packet of 1000 bytes takes a millisecond to leave.
    fn line() -> Line {
        Line {
            delay: ms(40),
            bytes_per_second: 1e6,
            loss: 0.0,
            queue: ms(10),
        }
    }

    #[test]
    fn packets_leave_one_after_the_other_and_are_on_their_way_together() {
        let mut lane = Lane::new(line(), 1);
        assert_eq!(lane.pass(ms(0), 1000), Some(ms(41)));
        assert_eq!(lane.pass(ms(0), 1000), Some(ms(42)));
        assert_eq!(
            lane.pass(ms(100), 500),
            Some(Duration::from_micros(140_500))
        );
    }

    #[test]
    fn a_full_queue_drops_packets_and_the_line_keeps_its_speed() {
        let mut lane = Lane::new(line(), 1);
        let passed = (0..100).filter_map(|_| lane.pass(ms(0), 1000)).count();
        assert_eq!(passed, 11);
        let last = (0..10_000)
            .filter_map(|number| lane.pass(Duration::from_micros(100 * number), 1000))
            .last();
        let last = last.expect("some pass").as_millis();
        assert!((1000..1060).contains(&last), "{last} ms");
    }

    #[test]
    fn so_many_are_lost_as_it_says_and_the_same_ones_again() {
        let lossy = Line {
            loss: 0.02,
            queue: Duration::MAX,
            ..line()
        };
        let lost = || -> Vec<bool> {
            let mut lane = Lane::new(lossy, 7);
            (0..50_000).map(|_| lane.pass(ms(0), 1).is_none()).collect()
        };
        let first = lost();
        let count = first.iter().filter(|lost| **lost).count();
        assert!((900..1100).contains(&count), "{count}");
        assert_eq!(first, lost());
    }
}
