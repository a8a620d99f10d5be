//! The controller: the measurements of one window in, the decision for the next window out.

use std::time::Duration;

use super::block_size::{self, BlockSize};
use super::concurrency::Concurrency;
use super::disk_concurrency::DiskConcurrency;
use super::opening::Opening;
use super::request_rate::RequestRate;
use super::{AnswerRate, Bound, Decision, Pace, Phase, Range, Sample};

/// The length of a window.
pub const WINDOW: Duration = Duration::from_millis(250);

/// Beyond this share of its processor time, more requests do not help a process.
const PROCESSOR_FULL: f64 = 0.97;

/// Windows for which a number that timed out is not exceeded: half a minute.
const SILENCE_WINDOWS: u32 = 120;

/// A wait that the service asks for holds all requests only if it refuses more than this share.
const HOLD_SHARE: f64 = 0.5;

/// The disk is the limit when it has this many times the operations that are in flight on the
/// network: the slower part has the longer queue.
const AT_DISK: u32 = 2;

/// With this many operations the disk is fully used.
const ENOUGH_AT_DISK: u32 = 24;

/// With fewer ends per window and request in flight, requests are long.
const LONG_TURNOVER: f64 = 0.5;

/// From this on, a round trip is a long one.
const FAR: Duration = Duration::from_millis(15);

/// A round trip that exceeds the shortest by this factor, and by this time at least, waited in a
/// queue.
const CROWDED: f64 = 1.3;
const CROWDED_LEAST: Duration = Duration::from_millis(5);

/// The controller.
#[derive(Debug)]
pub struct Tuner {
    range: Range,
    concurrency: Concurrency,
    request_rate: RequestRate,
    block_size: BlockSize,
    disk: DiskConcurrency,
    /// Smoothed goodput in bytes per second.
    rate: Option<f64>,
    /// Requests that end in a window, per request in flight.
    turnover: f64,
    silence: Option<(u32, u32)>,
    bound: Bound,
    hold: Option<Duration>,
    is_open: bool,
    opening: Opening,
    /// The shortest round trip.
    round_trip: Option<Duration>,
    /// The last number that was held while only the link was the limit.
    settled: Option<u32>,
}

impl Tuner {
    /// A controller without measurements.
    pub fn new(range: Range) -> Self {
        Self {
            concurrency: Concurrency::new(range.start, range.least, range.most),
            request_rate: RequestRate::default(),
            block_size: BlockSize::new(range.block_bytes, range.keeps_block_bytes),
            disk: DiskConcurrency::default(),
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

    /// What is valid now.
    pub fn decision(&self) -> Decision {
        Decision {
            concurrency: if self.range.is_fixed {
                self.range.start
            } else if !self.is_open {
                self.opening.concurrency()
            } else {
                self.concurrency.limit()
            },
            pace: self.request_rate.pace(),
            hold: self.hold,
            turns: self.disk.limit(),
            block_bytes: self.block_size.bytes(),
            phase: if self.range.is_fixed {
                Phase::Hold
            } else {
                self.concurrency.phase()
            },
            bound: self.bound,
        }
    }

    /// Takes the measurements of the next window.
    pub fn step(&mut self, sample: &Sample) -> Decision {
        if says_nothing(sample) {
            // Nothing has ended and nothing is known of the progress: more requests could only be
            // too much.
            self.hold = None;
            return self.decision();
        }
        let windows = self.windows_per_request(sample);
        self.request_rate
            .step(sample, self.concurrency.is_climbing(), windows);
        self.hold = sample
            .retry_after
            .filter(|_| sample.refused_share() > HOLD_SHARE);
        let work = sample.work();
        let is_full = sample.processor > PROCESSOR_FULL;
        let is_far = self.is_far(sample);
        let is_crowded = is_far && self.is_crowded(sample);
        let block_size = self.block_size;
        let allows = |rate, concurrency| block_size.allow(rate, concurrency);
        if !self.opening.step(sample, allows) {
            return self.decision();
        }
        self.fit(sample);
        let round_trip = sample.round_trip.unwrap_or_default().as_secs_f64();
        let settling = (1.5 * round_trip / sample.window.as_secs_f64().max(1e-3)).ceil();
        self.concurrency.set_settling((settling as u32).clamp(1, 4));
        self.concurrency.set_measuring(windows);
        let is_at_disk = self.what_binds(sample, is_full) == Bound::Disk;
        let was_trying = self.disk.is_trying();
        self.disk.step(sample, is_at_disk);
        let is_long = is_far && self.turnover < LONG_TURNOVER;
        self.concurrency.set_long(is_long);
        // Long downloads are judged when a generation of requests has ended. Uploads need the
        // earlier sign: this machine fills the queue before the line, and what does not fit is
        // lost.
        let may_wait = is_long && sample.answers == AnswerRate::AsMoved;
        self.concurrency.set_crowded(is_crowded && !may_wait);
        if sample.timeouts > 0 && sample.timeouts >= sample.succeeded / 10 {
            self.concurrency.halve();
            self.silence = Some((self.concurrency.limit(), SILENCE_WINDOWS));
        } else if self.request_rate.binds()
            || sample.capped
            || sample.starved
            || sample.is_short_of_memory()
        {
            self.concurrency.freeze(work);
        } else if was_trying || self.disk.is_trying() {
            self.concurrency.pause();
        } else if !self.is_open && self.opening.shows_long_requests(sample) {
            self.concurrency.be_careful(self.opening.concurrency());
        } else {
            // More requests would only wait for the disk too.
            let has_enough = is_at_disk && sample.at_disk >= ENOUGH_AT_DISK;
            let may_grow = !is_full && !has_enough;
            self.concurrency
                .step(work, sample.succeeded, sample.under_way, may_grow);
        }
        self.is_open = true;
        self.bound = self.what_binds(sample, is_full);
        if self.bound == Bound::Network && self.concurrency.phase() == Phase::Hold {
            self.settled = Some(self.concurrency.limit());
        }
        self.decision()
    }

    /// The number with which the next run should begin.
    ///
    /// It is the number that the link allowed, not the one that a busy processor or the end of the
    /// work left.
    pub fn settled(&self) -> Option<u32> {
        self.settled
    }

    /// How many windows a request takes. Requests that begin together end together, so a shorter
    /// trial would be misleading.
    fn windows_per_request(&mut self, sample: &Sample) -> u32 {
        let ended = f64::from(sample.succeeded) / f64::from(sample.under_way.max(1));
        // The first window is not mixed with the initial guess.
        let weight = if self.is_open { 0.2 } else { 1.0 };
        self.turnover += weight * (ended - self.turnover);
        (1.0 / self.turnover.max(0.05)).ceil() as u32
    }

    /// Whether the other end is far: connections need many round trips to reach their rate.
    fn is_far(&mut self, sample: &Sample) -> bool {
        let seen = sample.round_trip.into_iter().chain(self.round_trip);
        self.round_trip = seen.min();
        self.round_trip >= Some(FAR)
    }

    /// Whether there is a queue before the line: new connections take clearly longer than the first
    /// ones did.
    fn is_crowded(&self, sample: &Sample) -> bool {
        let least = self.round_trip.unwrap_or_default();
        let queued = least.mul_f64(CROWDED) + CROWDED_LEAST;
        sample.round_trip.is_some_and(|now| now > queued)
    }

    /// Fits the size of blocks and the largest number of requests to the rate.
    fn fit(&mut self, sample: &Sample) {
        let now = sample.answered_bytes_per_second().or(self.rate);
        let Some(now) = now.filter(|now| !sample.starved && (*now > 0.0 || self.rate.is_some()))
        else {
            return;
        };
        let rate = self.rate.unwrap_or(now);
        // Upward at once: a small rate from a slow start would be a brake.
        let rate = if now > rate {
            now
        } else {
            rate + 0.3 * (now - rate)
        };
        self.rate = Some(rate);
        let request_bytes = sample.succeeded_bytes as f64 / f64::from(sample.succeeded.max(1));
        if let Some(Pace::Bytes(pace)) = self.request_rate.pace() {
            self.block_size.refine(pace);
        }
        let is_calm = !self.concurrency.is_climbing() && self.request_rate.pace().is_none();
        let fits = self.block_size.fit(rate, self.concurrency.limit(), is_calm);
        // Small objects are requests of their own size, whatever the size of blocks.
        let is_small = sample.succeeded > 0 && request_bytes < block_size::BLOCK_BYTES_MIN as f64;
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
        self.concurrency.set_most(most);
    }

    fn what_binds(&self, sample: &Sample, is_full: bool) -> Bound {
        if self.request_rate.binds() {
            Bound::Service
        } else if sample.capped {
            Bound::RateCap
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
        } else if self.concurrency.phase() == Phase::Climb {
            Bound::Unknown
        } else {
            Bound::Network
        }
    }
}

/// Whether requests are in flight and nothing has moved or ended.
fn says_nothing(sample: &Sample) -> bool {
    let ended = sample.succeeded + sample.refused + sample.timeouts;
    ended == 0 && sample.moved_bytes == 0 && sample.under_way > 0
}

#[cfg(test)]
mod tests;
