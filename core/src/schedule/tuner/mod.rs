//! The controller: what was measured in a window comes in, what holds for the next one goes out.
//!
//! It moves four things. The number of requests under way ([`knee`]) follows goodput: the fewest that bring all there
//! is; a run begins with few ([`opening`]). The pace at which requests start ([`pacer`]) follows the service's push-back. The
//! size of blocks ([`blocks`]) follows the rate of answers, so that no request takes too long. The number of operations at the disk
//! ([`turns`]) follows the disk, where that limits. What answers tell of uploads is an estimate ([`uploads`]). No clock, no thread
//! and no file in here: the same measurements give the same decisions, so that it can be simulated, over any link, faster than
//! time passes.

mod blocks;

mod decision;

mod knee;

mod opening;

mod pacer;

mod sample;

mod trial;

mod turns;

mod uploads;

use std::time::Duration;

pub use decision::{Bound, Decision, Pace, Phase};
pub use opening::OPENING;
pub use sample::{Answers, Cause, Sample};
pub use uploads::{Answered, Uploads};

use blocks::Blocks;
use knee::Knee;
use opening::Opening;
use pacer::Pacer;
use turns::Turns;

/// How long a window should be.
pub const WINDOW: Duration = Duration::from_millis(250);

/// Beyond this share of its processor time, more requests bring a process nothing.
const PROCESSOR_FULL: f64 = 0.97;

/// Windows for which a number that ran into silence is not exceeded: half a minute.
const SILENCE_WINDOWS: u32 = 120;

/// A wait that the service asks for holds everything back only where it refuses most of what it gets.
const HOLD_SHARE: f64 = 0.5;

/// The disk holds the rate where so many times more of what is carried is there than on its way through the network: what
/// is slower has the longer line before it.
const AT_DISK: u32 = 2;

/// And with so many there, it has all it can use.
const ENOUGH_AT_DISK: u32 = 24;

/// Where fewer end in a window for each that is under way, requests are long.
const LONG_TURNOVER: f64 = 0.5;

/// So long a round trip is a long one.
const FAR: Duration = Duration::from_millis(15);

/// A round trip that is so many times the shortest, and so much longer at least, was waited for in a queue.
const CROWDED: f64 = 1.3;
const CROWDED_LEAST: Duration = Duration::from_millis(5);

/// Where the controller begins, and its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first number of requests: what this endpoint was left with an hour ago at most, or a guess.
    pub start: u32,
    /// Never fewer than this: whoever carries has one.
    pub least: u32,
    /// Never more than this.
    pub most: u32,
    /// The number does not move: `/NC`.
    pub is_fixed: bool,
    /// The size of blocks that is wanted where the link allows it, in bytes.
    pub block_bytes: u64,
    /// That size does not change, whatever the link.
    pub keeps_block_bytes: bool,
}

/// The controller.
#[derive(Debug)]
pub struct Tuner {
    range: Range,
    knee: Knee,
    pacer: Pacer,
    blocks: Blocks,
    turns: Turns,
    /// Smoothed goodput in bytes per second.
    rate: Option<f64>,
    /// Requests that end in a window, for each that is under way.
    turnover: f64,
    silence: Option<(u32, u32)>,
    bound: Bound,
    hold: Option<Duration>,
    is_open: bool,
    opening: Opening,
    /// The shortest round trip.
    round_trip: Option<Duration>,
    /// The number that was last held where nothing but the link limited.
    settled: Option<u32>,
}

impl Tuner {
    /// A controller that has measured nothing.
    pub fn new(range: Range) -> Self {
        Self {
            knee: Knee::new(range.start, range.least, range.most),
            pacer: Pacer::default(),
            blocks: Blocks::new(range.block_bytes, range.keeps_block_bytes),
            turns: Turns::default(),
            rate: None,
            turnover: 1.0,
            silence: None,
            bound: Bound::Unknown,
            hold: None,
            is_open: false,
            opening: Opening::new(range.start),
            round_trip: None,
            settled: None,
            range,
        }
    }

    /// What holds now.
    pub fn decision(&self) -> Decision {
        Decision {
            concurrency: if self.range.is_fixed {
                self.range.start
            } else if !self.is_open {
                self.opening.concurrency()
            } else {
                self.knee.concurrency()
            },
            pace: self.pacer.pace(),
            hold: self.hold,
            turns: self.turns.limit(),
            block_bytes: self.blocks.bytes(),
            phase: if self.range.is_fixed {
                Phase::Hold
            } else {
                self.knee.phase()
            },
            bound: self.bound,
        }
    }

    /// A window has passed.
    pub fn step(&mut self, sample: &Sample) -> Decision {
        if says_nothing(sample) {
            // Nothing has ended, and nothing tells how far it is: more of it could only be too much.
            self.hold = None;
            return self.decision();
        }
        let windows = self.windows_per_request(sample);
        self.pacer.step(sample, self.knee.is_climbing(), windows);
        self.hold = sample
            .retry_after
            .filter(|_| sample.refused_share() > HOLD_SHARE);
        let work = sample.work();
        let is_full = sample.processor > PROCESSOR_FULL;
        let is_far = self.is_far(sample);
        let is_crowded = is_far && self.is_crowded(sample);
        let blocks = self.blocks;
        let allows = |rate, concurrency| blocks.allow(rate, concurrency);
        if !self.opening.step(sample, allows) {
            return self.decision();
        }
        self.fit(sample);
        let round_trip = sample.round_trip.unwrap_or_default().as_secs_f64();
        let settling = (1.5 * round_trip / sample.window.as_secs_f64().max(1e-3)).ceil();
        self.knee.set_settling((settling as u32).clamp(1, 4));
        self.knee.set_measuring(windows);
        let is_at_disk = self.what_binds(sample, is_full) == Bound::Disk;
        let was_trying = self.turns.is_trying();
        self.turns.step(sample, is_at_disk);
        let is_long = is_far && self.turnover < LONG_TURNOVER;
        self.knee.set_long(is_long);
        // Long downloads are judged when a generation has ended; uploads need the earlier sign: what fills the queue before the line
        // is in this machine's hands, and what does not fit in there is lost.
        let may_wait = is_long && sample.answers == Answers::AsMoved;
        self.knee.set_crowded(is_crowded && !may_wait);
        if sample.timeouts > 0 && sample.timeouts >= sample.succeeded / 10 {
            self.knee.halve();
            self.silence = Some((self.knee.concurrency(), SILENCE_WINDOWS));
        } else if self.pacer.binds() || sample.starved || sample.is_short_of_memory() {
            self.knee.freeze(work);
        } else if was_trying || self.turns.is_trying() {
            self.knee.pause();
        } else if !self.is_open && self.opening.shows_long_requests(sample) {
            self.knee.be_careful(self.opening.concurrency());
        } else {
            // What waits for the disk already would only have company.
            let has_enough = is_at_disk && sample.at_disk >= ENOUGH_AT_DISK;
            let may_grow = !is_full && !has_enough;
            self.knee
                .step(work, sample.succeeded, sample.under_way, may_grow);
        }
        self.is_open = true;
        self.bound = self.what_binds(sample, is_full);
        if self.bound == Bound::Network && self.knee.phase() == Phase::Hold {
            self.settled = Some(self.knee.concurrency());
        }
        self.decision()
    }

    /// Where the number should begin the next time: where the link put it, not where a busy processor or the end of the work
    /// left it.
    pub fn settled(&self) -> Option<u32> {
        self.settled
    }

    /// How many windows a request takes: those that begin together end together, so a shorter look would deceive.
    fn windows_per_request(&mut self, sample: &Sample) -> u32 {
        let ended = f64::from(sample.succeeded) / f64::from(sample.under_way.max(1));
        // What the first window shows is not mixed with a guess.
        let weight = if self.is_open { 0.2 } else { 1.0 };
        self.turnover += weight * (ended - self.turnover);
        (1.0 / self.turnover.max(0.05)).ceil() as u32
    }

    /// The other end is far: connections need many round trips to show what they bring.
    fn is_far(&mut self, sample: &Sample) -> bool {
        let seen = sample.round_trip.into_iter().chain(self.round_trip);
        self.round_trip = seen.min();
        self.round_trip >= Some(FAR)
    }

    /// New connections take clearly longer than the first ones did: there is a queue before the line, so it is full.
    fn is_crowded(&self, sample: &Sample) -> bool {
        let least = self.round_trip.unwrap_or_default();
        let queued = least.mul_f64(CROWDED) + CROWDED_LEAST;
        sample.round_trip.is_some_and(|now| now > queued)
    }

    /// Fits blocks and the most requests to the rate.
    fn fit(&mut self, sample: &Sample) {
        let now = sample.answered_bytes_per_second().or(self.rate);
        let Some(now) = now.filter(|now| !sample.starved && (*now > 0.0 || self.rate.is_some()))
        else {
            return;
        };
        let rate = self.rate.unwrap_or(now);
        // Upward at once: a small number because of a slow start would be a brake.
        let rate = if now > rate {
            now
        } else {
            rate + 0.3 * (now - rate)
        };
        self.rate = Some(rate);
        let request_bytes = sample.succeeded_bytes as f64 / f64::from(sample.succeeded.max(1));
        if let Some(Pace::Bytes(pace)) = self.pacer.pace() {
            self.blocks.refine(pace);
        }
        let is_calm = !self.knee.is_climbing() && self.pacer.pace().is_none();
        let fits = self.blocks.fit(rate, self.knee.concurrency(), is_calm);
        // Small objects are requests of their own size, whatever blocks are.
        let is_small = sample.succeeded > 0 && request_bytes < blocks::BLOCK_BYTES_MIN as f64;
        let mut most = if is_small {
            self.range.most
        } else {
            self.range.most.min(fits)
        };
        if let Some((ceiling, left)) = &mut self.silence {
            most = most.min(*ceiling);
            *left -= 1;
            if *left == 0 {
                self.silence = None;
            }
        }
        self.knee.set_most(most);
    }

    fn what_binds(&self, sample: &Sample, is_full: bool) -> Bound {
        if self.pacer.binds() {
            Bound::Service
        } else if sample.starved {
            Bound::Work
        } else if is_full {
            Bound::Processor
        } else if sample.is_short_of_memory() {
            Bound::Memory
        } else if sample.at_disk >= AT_DISK * sample.under_way.max(1) {
            Bound::Disk
        } else if 2 * sample.under_way < self.decision().concurrency
            && sample.under_way < self.range.start
        {
            Bound::Work
        } else if self.range.is_fixed {
            Bound::Fixed
        } else if self.knee.phase() == Phase::Climb {
            Bound::Unknown
        } else {
            Bound::Network
        }
    }
}

/// Requests are under way, and that is all.
fn says_nothing(sample: &Sample) -> bool {
    let ended = sample.succeeded + sample.refused + sample.timeouts;
    ended == 0 && sample.moved_bytes == 0 && sample.under_way > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window in which every request that is allowed was under way and brought its part.
    fn sample(concurrency: u32, processor: f64) -> Sample {
        let bytes = u64::from(concurrency.min(40)) << 20;
        Sample {
            window: WINDOW,
            moved_bytes: bytes,
            succeeded: concurrency.min(40),
            succeeded_bytes: bytes,
            under_way: concurrency,
            processor,
            ..Sample::default()
        }
    }

    fn after(windows: u32, processor: f64) -> Tuner {
        let mut tuner = Tuner::new(Range {
            start: 16,
            least: 1,
            most: 512,
            is_fixed: false,
            block_bytes: 1 << 20,
            keeps_block_bytes: false,
        });
        for _ in 0..windows {
            let concurrency = tuner.decision().concurrency;
            tuner.step(&sample(concurrency, processor));
        }
        tuner
    }

    #[test]
    fn where_the_link_put_it_is_remembered_and_where_a_busy_processor_left_it_is_not() {
        let by_link = after(60, 0.2);
        let settled = by_link.settled();
        assert!(
            settled.is_some_and(|number| (30..=128).contains(&number)),
            "{settled:?}"
        );
        assert_eq!(after(60, 1.0).settled(), None);
    }

    #[test]
    fn a_number_below_what_every_worker_keeps_is_never_tried() {
        // A link that two requests fill, of two workers: one at once is never to be seen.
        let mut tuner = Tuner::new(Range {
            start: 16,
            least: 2,
            most: 512,
            is_fixed: false,
            block_bytes: 1 << 20,
            keeps_block_bytes: false,
        });
        let mut held = 0;
        for _ in 0..200 {
            let under_way = tuner.decision().concurrency.max(2);
            let decision = tuner.step(&Sample {
                under_way,
                ..sample(2, 0.2)
            });
            assert!(decision.concurrency >= 2, "{decision:?}");
            held += u32::from(decision.phase == Phase::Hold);
        }
        assert!(held > 100, "it went on trying: {held} of 200");
    }

    #[test]
    fn what_has_arrived_and_is_not_answered_makes_no_block_larger_and_none_smaller() {
        let arrives = |answers| Sample {
            answers,
            succeeded: 0,
            succeeded_bytes: 0,
            ..sample(40, 0.2)
        };
        let mut tuner = after(0, 0.2);
        let whole = tuner.decision().block_bytes;
        for _ in 0..8 {
            tuner.step(&arrives(Answers::TooFew));
        }
        assert_eq!(tuner.decision().block_bytes, whole);
        // 40 MiB arrive in each window, somewhere; and a ten-thousandth of that is answered.
        let rate = f64::from(40 << 20) / WINDOW.as_secs_f64() / 10_000.0;
        tuner.step(&arrives(Answers::Rate(rate)));
        assert!(tuner.decision().block_bytes < whole);
    }

    #[test]
    fn where_memory_is_waited_for_the_number_does_not_climb() {
        let mut tuner = after(0, 0.2);
        for _ in 0..60 {
            let concurrency = tuner.decision().concurrency;
            let decision = tuner.step(&Sample {
                for_memory: 12,
                under_way: 4,
                ..sample(concurrency, 0.2)
            });
            assert_eq!((decision.concurrency, decision.bound), (16, Bound::Memory));
        }
        let decision = tuner.step(&sample(16, 0.2));
        assert_ne!(decision.bound, Bound::Memory);
    }

    #[test]
    fn what_waits_for_the_disk_says_that_the_disk_limits() {
        let mut tuner = after(60, 0.2);
        let with = |at_disk: u32, under_way: u32| Sample {
            under_way,
            at_disk,
            ..sample(40, 0.2)
        };
        assert_eq!(tuner.step(&with(36, 4)).bound, Bound::Disk);
        assert_eq!(tuner.step(&with(4, 0)).bound, Bound::Disk);
        assert_ne!(tuner.step(&with(4, 36)).bound, Bound::Disk);
        assert_ne!(tuner.step(&with(0, 0)).bound, Bound::Disk);
    }

    #[test]
    fn where_the_disk_has_enough_the_number_does_not_climb() {
        let mut tuner = after(0, 0.2);
        for window in 1..60 {
            // What is received moves ever more, as long as there is memory for it.
            let bytes = window << 20;
            let decision = tuner.step(&Sample {
                moved_bytes: bytes,
                under_way: 4,
                at_disk: ENOUGH_AT_DISK,
                disk_ended: 20,
                disk_bytes: 80 << 20,
                ..sample(16, 0.2)
            });
            assert!(decision.concurrency <= 16, "{decision:?}");
        }
    }

    #[test]
    fn what_is_tried_at_the_disk_is_no_change_of_the_link() {
        let mut tuner = after(60, 0.2);
        let mut number = None;
        for _ in 0..40 {
            let at_once = tuner.decision().turns.map_or(24, |turns| turns.min(24));
            let bytes = (800 << 20) / u64::from(3 + at_once);
            let tries = tuner.turns.is_trying();
            let before = tuner.decision().concurrency;
            let decision = tuner.step(&Sample {
                window: WINDOW,
                moved_bytes: bytes,
                succeeded: 4,
                succeeded_bytes: bytes,
                under_way: 4,
                at_disk: 24,
                disk_ended: (bytes >> 22) as u32,
                disk_bytes: bytes,
                processor: 0.2,
                ..Sample::default()
            });
            let concurrency = decision.concurrency;
            if tries {
                assert_eq!(concurrency, before);
                number.get_or_insert(before);
            }
            let most = number.map_or(u32::MAX, |number| 5 * number / 4 + 1);
            assert!(concurrency <= most, "{concurrency} of {most}");
        }
        assert!(number.is_some());
        assert!(tuner.decision().turns.is_some_and(|turns| turns <= 2));
    }

    #[test]
    fn where_new_connections_wait_in_a_queue_the_number_that_filled_the_line_is_enough() {
        let numbers = |round_trips_ms: &[u64]| -> Vec<u32> {
            let mut tuner = after(0, 0.2);
            let window = |ms: &u64| {
                let concurrency = tuner.decision().concurrency;
                let decision = tuner.step(&Sample {
                    round_trip: Some(Duration::from_millis(*ms)),
                    ..sample(concurrency, 0.2)
                });
                decision.concurrency
            };
            round_trips_ms.iter().map(window).collect()
        };
        assert_eq!(numbers(&[80, 85, 82, 80]), [16, 32, 32, 64]);
        assert_eq!(numbers(&[80, 85, 160, 80]), [16, 32, 16, 16]);
        // What waits for a tenth of a millisecond waits for nothing.
        let near = numbers(&[1, 1, 2, 1]);
        assert!(near[3] > 16, "{near:?}");
    }

    #[test]
    fn a_doubling_that_the_end_of_the_work_interrupts_is_taken_back() {
        let mut tuner = after(4, 0.2);
        assert!(tuner.knee.is_climbing() && tuner.decision().concurrency > 16);
        let tried = tuner.decision().concurrency;
        tuner.step(&Sample {
            starved: true,
            ..sample(tried, 0.2)
        });
        assert_eq!(tuner.decision().concurrency, tried / 2);
        assert_eq!(tuner.settled(), None);
    }
}
