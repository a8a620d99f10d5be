//! The rate at which requests may start, once the service pushes back.
//!
//! The rate that a service admits while it refuses the rest is its limit, and becomes the pace.
//! From there the pace grows: quickly to just below the last push-back, slowly beyond, and ever
//! faster the longer nothing is refused. While the pace is the limit, the number of requests does
//! not change.

use std::collections::VecDeque;

use super::{Pace, PushbackCause, Sample};

/// A smaller share of refused attempts is chance.
const REFUSED_SHARE: f64 = 0.01;

/// The same while the number of requests still doubles.
const REFUSED_SHARE_CLIMBING: f64 = 0.2;

/// Requests with more bytes than this are limited by bytes, unless the service says otherwise.
const LARGE_BYTES: f64 = 128.0 * 1024.0;

/// Fewer attempts than this in a window are few.
const FEW: u32 = 8;

/// The windows that the admitted rate is averaged over.
const WINDOWS: usize = 4;

/// The windows that the rate before the first push-back is averaged over.
const DELIVERED_WINDOWS: usize = 8;

/// Growth per window: below the last push-back; beyond, at first; how much faster with each window;
/// and at most.
const GROWTH_BELOW: f64 = 0.03;
const GROWTH_FIRST: f64 = 0.003;
const GROWTH_FASTER: f64 = 0.2;
const GROWTH_MAX: f64 = 0.25;

/// Paces at which growth is exactly that.
const BYTES_USUAL: f64 = 125e6;
const REQUESTS_USUAL: f64 = 2000.0;

/// Windows without push-back after which a pace that is not the limit is forgotten.
const FORGET_AFTER: u32 = 40;

/// A pace does not help when one this much lower is refused nearly as often, by this part of the first share. A lower
/// pace would then only move less.
///
/// Where several clients share a limit on bytes, all begin with the credit of an idle service, far above their parts,
/// and all are refused until all have slowed down. So a smaller cut proves nothing there: a client without a pace would
/// take the others' parts.
const REQUESTS_CUT_IN_VAIN: f64 = 4.0;
const BYTES_CUT_IN_VAIN: f64 = 8.0;
const SHARE_IN_VAIN: f64 = 0.7;

/// The weight of a window in the smoothed share of refused attempts.
const SHARE_WEIGHT: f64 = 0.3;

/// Windows until a pace is tried again after it did not help: a minute.
const WITHOUT_PACE: u32 = 240;

#[derive(Debug, Default)]
pub(super) struct RequestRate {
    pace: Option<f64>,
    is_requests: bool,
    /// The pace at the last push-back.
    ceiling: f64,
    growth: f64,
    quiet: u32,
    /// Attempts in those windows.
    quiet_attempts: u32,
    binding: bool,
    loose: u32,
    since_cut: u32,
    /// Requests and bytes per second that succeeded, in the last windows before there was a pace.
    delivered: VecDeque<(f64, f64)>,
    /// What was admitted in the windows of this push-back, per second.
    admitted: VecDeque<f64>,
    /// The smoothed share of refused attempts.
    share: f64,
    /// The first pace of this push-back, and the share that was refused at it.
    first: Option<(f64, f64)>,
    /// Windows left without a pace, since none helped.
    without: u32,
}

impl RequestRate {
    pub(super) fn pace(&self) -> Option<Pace> {
        self.pace.map(|rate| {
            if self.is_requests {
                Pace::Requests(rate)
            } else {
                Pace::Bytes(rate)
            }
        })
    }

    /// Whether the pace is the limit.
    pub(super) fn binds(&self) -> bool {
        self.pace.is_some() && self.binding
    }

    /// Takes the next window.
    ///
    /// While the number of requests still doubles, a little push-back is no reason to stop: a
    /// newcomer has to win its part from others. A change shows after `delay` windows.
    pub(super) fn step(&mut self, sample: &Sample, is_climbing: bool, delay: u32) {
        if self.without > 0 {
            self.without -= 1;
            return;
        }
        let share = sample.refused_share();
        if sample.succeeded + sample.refused > 0 {
            self.share += SHARE_WEIGHT * (share - self.share);
        }
        let tolerated = if self.pace.is_none() && is_climbing {
            REFUSED_SHARE_CLIMBING
        } else {
            REFUSED_SHARE
        };
        let pushed_back = sample.refused > 0 && share > tolerated;
        if self.pace.is_none() {
            self.remember(sample);
            if !pushed_back {
                return;
            }
            self.is_requests = is_by_requests(sample);
        }
        let seconds = sample.window.as_secs_f64().max(1e-3);
        let admitted = if self.is_requests {
            f64::from(sample.succeeded)
        } else {
            sample.succeeded_bytes as f64
        } / seconds;
        self.since_cut += 1;
        if pushed_back {
            let ended = sample.succeeded + sample.refused;
            self.push_back(share, ended, admitted, delay);
        } else {
            self.quiet_attempts += sample.succeeded + sample.refused;
            if self.quiet_attempts >= FEW {
                self.first = None;
            }
            self.go_on(admitted, delay);
        }
    }

    /// Keeps what was delivered in the last two seconds.
    fn remember(&mut self, sample: &Sample) {
        if sample.succeeded == 0 && self.delivered.is_empty() {
            return;
        }
        if self.delivered.len() >= DELIVERED_WINDOWS {
            self.delivered.pop_front();
        }
        let seconds = sample.window.as_secs_f64().max(1e-3);
        self.delivered.push_back((
            f64::from(sample.succeeded) / seconds,
            sample.succeeded_bytes as f64 / seconds,
        ));
    }

    /// The rate of the last two seconds, in the unit of the pace.
    fn delivered(&self) -> f64 {
        let rates = self.delivered.iter();
        let sum: f64 = rates
            .map(|(requests, bytes)| if self.is_requests { *requests } else { *bytes })
            .sum();
        sum / self.delivered.len().max(1) as f64
    }

    fn push_back(&mut self, share: f64, ended: u32, admitted: f64, delay: u32) {
        self.quiet = 0;
        self.quiet_attempts = 0;
        self.loose = 0;
        self.binding = true;
        self.growth = GROWTH_FIRST;
        self.admitted.push_back(admitted);
        if self.admitted.len() > WINDOWS {
            self.admitted.pop_front();
        }
        let mean = self.admitted.iter().sum::<f64>() / self.admitted.len() as f64;
        let Some(pace) = self.pace else {
            // What was admitted so far may contain earlier credit; the next windows will show it.
            let delivered = self.delivered();
            if delivered > 0.0 {
                self.ceiling = delivered;
                self.pace = Some(delivered);
            }
            self.admitted.clear();
            self.since_cut = 0;
            return;
        };
        if self.since_cut < delay.max(2) {
            return;
        }
        // With few requests in a window, neither share nor mean are reliable: a small pace must not
        // fall because of that.
        let least = match share {
            _ if ended < FEW => 0.9,
            share if share > 0.5 => 0.5,
            share if share > 0.2 => 0.7,
            _ => 0.9,
        };
        let measured = if ended < FEW { pace } else { mean * 1.02 };
        let cut = (pace * 0.97).min(measured).max(pace * least);
        let (first, first_share) = *self.first.get_or_insert((pace, self.share));
        let in_vain = if self.is_requests {
            REQUESTS_CUT_IN_VAIN
        } else {
            BYTES_CUT_IN_VAIN
        };
        if cut * in_vain < first && self.share > SHARE_IN_VAIN * first_share {
            *self = Self {
                without: WITHOUT_PACE,
                ..Self::default()
            };
            return;
        }
        self.ceiling = cut;
        self.pace = Some((cut * 0.97).max(1e-3));
        self.since_cut = 0;
    }

    fn go_on(&mut self, admitted: f64, delay: u32) {
        let Some(pace) = self.pace else { return };
        self.quiet += 1;
        if self.quiet >= 2 {
            self.admitted.clear();
        }
        self.loose = if admitted < 0.85 * pace {
            self.loose + 1
        } else {
            0
        };
        self.binding = self.loose < 4;
        if self.loose >= FORGET_AFTER {
            *self = Self::default();
            return;
        }
        if self.quiet < delay.max(3) || !self.binding {
            return;
        }
        let slowly = f64::from(delay.max(2)) / 2.0;
        let grown = if pace < 0.97 * self.ceiling {
            (pace * (1.0 + GROWTH_BELOW)).min(0.97 * self.ceiling)
        } else {
            let grown = pace * (1.0 + self.growth * self.eagerness(pace) / slowly);
            self.growth = (self.growth * (1.0 + GROWTH_FASTER / slowly)).min(GROWTH_MAX);
            grown
        };
        self.pace = Some(grown);
    }

    /// Growth is faster for a small pace than for a large one, so that clients that share a limit
    /// become equal in time.
    ///
    /// By requests all grow by about the same amount, so that also a client that comes late has its
    /// part within a minute. By bytes a step is smaller, because each refusal may cost a block.
    fn eagerness(&self, pace: f64) -> f64 {
        if self.is_requests {
            (REQUESTS_USUAL / pace).clamp(0.5, 8.0)
        } else {
            (BYTES_USUAL / pace).sqrt().clamp(0.5, 4.0)
        }
    }
}

fn is_by_requests(sample: &Sample) -> bool {
    if let Some(cause) = sample.cause {
        return cause == PushbackCause::Requests;
    }
    let requests = f64::from(sample.succeeded + sample.refused).max(1.0);
    let bytes = sample.succeeded_bytes.max(sample.moved_bytes) as f64;
    bytes / requests < LARGE_BYTES
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The requests that a service admits in a minute, of this many possible ones per second.
    /// `admits` returns the admitted ones per second for those that begin.
    fn admitted(could_be: f64, admits: impl Fn(f64) -> f64) -> f64 {
        let window = Duration::from_millis(250);
        let mut pacer = RequestRate::default();
        let mut sum = 0.0;
        for _ in 0..240 {
            let begun = match pacer.pace() {
                Some(Pace::Requests(pace)) => could_be.min(pace),
                _ => could_be,
            };
            let admitted = admits(begun);
            sum += admitted / 4.0;
            let succeeded = (admitted / 4.0).round() as u32;
            let sample = Sample {
                window,
                moved_bytes: u64::from(succeeded) * 1000,
                succeeded,
                succeeded_bytes: u64::from(succeeded) * 1000,
                refused: ((begun - admitted) / 4.0).round() as u32,
                under_way: 16,
                ..Sample::default()
            };
            pacer.step(&sample, false, 1);
        }
        sum
    }

    #[test]
    fn a_service_that_refuses_half_whatever_the_pace_is_used_to_the_full() {
        for could_be in [40.0, 400.0, 4000.0] {
            let sum = admitted(could_be, |begun| begun / 2.0);
            let there_was = could_be / 2.0 * 60.0;
            assert!(sum >= 0.6 * there_was, "{sum:.0} of {there_was:.0}");
        }
    }

    #[test]
    fn a_service_with_a_limit_is_kept_to_it() {
        let limit = 500.0;
        let mut begun_in_all = std::cell::Cell::new(0.0);
        let sum = admitted(4000.0, |begun| {
            begun_in_all.set(begun_in_all.get() + begun / 4.0);
            begun.min(limit)
        });
        assert!(sum >= 0.9 * limit * 60.0, "{sum:.0}");
        let refused = *begun_in_all.get_mut() - sum;
        assert!(refused < 0.1 * sum, "{refused:.0} were refused");
    }
}
