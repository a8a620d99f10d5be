//! How fast requests may start, once the service pushes back.
//!
//! What a service admits while it refuses the rest is its limit: that is taken as the pace. From there it is felt out
//! upward: quickly to just below where the last push-back was, slowly beyond, and ever faster the longer nothing
//! happens. While a pace binds, the number of requests is left alone.

use std::collections::VecDeque;

use super::{Pace, PushbackCause, Sample};

/// Push-back below this share of the attempts is chance.
const REFUSED_SHARE: f64 = 0.01;

/// And below this, while the number of requests still doubles.
const REFUSED_SHARE_CLIMBING: f64 = 0.2;

/// Requests that carry more than this are taken to be limited by bytes, where the service does not say.
const LARGE_BYTES: f64 = 128.0 * 1024.0;

/// Fewer attempts than this in a window are few.
const FEW: u32 = 8;

/// The windows that the admitted rate is averaged over.
const WINDOWS: usize = 4;

/// The windows that the rate before the first push-back is averaged over.
const DELIVERED_WINDOWS: usize = 8;

/// Growth per window: up to the last push-back; beyond, at first; how much faster with each window; and at most.
const GROWTH_BELOW: f64 = 0.03;
const GROWTH_FIRST: f64 = 0.003;
const GROWTH_FASTER: f64 = 0.2;
const GROWTH_MAX: f64 = 0.25;

/// Paces at which growth is just that.
const BYTES_USUAL: f64 = 125e6;
const REQUESTS_USUAL: f64 = 2000.0;

/// Windows without push-back after which a pace that does not bind is forgotten.
const FORGET_AFTER: u32 = 40;

/// A service refuses whatever the pace is, where a pace so much lower than the first is refused nearly as often: by so much
/// of the first share. Less of it would then only be less.
const CUT_IN_VAIN: f64 = 4.0;
const SHARE_IN_VAIN: f64 = 0.7;

/// How much a window counts in the share of what is refused.
const SHARE_WEIGHT: f64 = 0.3;

/// So many windows later it is tried again whether a pace helps: a minute.
const WITHOUT_PACE: u32 = 240;

#[derive(Debug, Default)]
pub(super) struct RequestRate {
    pace: Option<f64>,
    is_requests: bool,
    /// Where the last push-back was.
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
    /// The share that is refused, smoothed.
    share: f64,
    /// The first pace since any was without push-back for long enough to say that a pace helps, and the share that was refused
    /// at it.
    first: Option<(f64, f64)>,
    /// For so many windows there is no pace, since none helped.
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

    /// The pace is what limits.
    pub(super) fn binds(&self) -> bool {
        self.pace.is_some() && self.binding
    }

    /// A window has passed. While the number of requests still doubles, a little push-back is no reason to stop: who
    /// comes late has to make room for himself. What is changed shows after `delay` windows.
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
            // What was admitted so far may contain credit from before; the next windows will show.
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
        // With few requests in a window neither share nor mean say much: who has little must not lose more by that.
        let least = match share {
            _ if ended < FEW => 0.9,
            share if share > 0.5 => 0.5,
            share if share > 0.2 => 0.7,
            _ => 0.9,
        };
        let measured = if ended < FEW { pace } else { mean * 1.02 };
        let cut = (pace * 0.97).min(measured).max(pace * least);
        let (first, first_share) = *self.first.get_or_insert((pace, self.share));
        if cut * CUT_IN_VAIN < first && self.share > SHARE_IN_VAIN * first_share {
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

    /// Who has little grows faster than who has much: so those who share a limit become equal in time.
    fn eagerness(&self, pace: f64) -> f64 {
        let usual = if self.is_requests {
            REQUESTS_USUAL
        } else {
            BYTES_USUAL
        };
        (usual / pace).sqrt().clamp(0.5, 4.0)
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

    /// What a service admits of so many requests per second, of those that could be, in a minute: `admits` says how many of
    /// those that begin in a second.
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
