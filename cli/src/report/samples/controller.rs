//! The history of the controller: numbers of concurrent requests, and what limited the rate.

use std::fmt::Write as _;
use std::time::Duration;

use azring_core::report::Window;
use azring_core::schedule::tuner::{Bound, Phase};

/// The number of steps that are listed one by one. Later ones are summarized as a range.
const STEPS_MAX: usize = 10;

/// The history of the controller.
#[derive(Debug, Clone, Default)]
pub(crate) struct ControllerHistory {
    /// The first numbers of requests, each with the time from which it was valid.
    steps: Vec<(Duration, u32)>,
    /// The lowest and the highest number after the first ones, and the last number.
    rest: Option<(u32, u32)>,
    last: Option<u32>,
    is_settled: bool,
    bounds: [Duration; Bound::ALL.len()],
    throttled: Duration,
}

impl ControllerHistory {
    /// Adds a window.
    pub(crate) fn add(&mut self, window: &Window) {
        let (sample, decision) = (&window.sample, &window.decision);
        self.bounds[decision.bound as usize] += sample.window;
        if decision.bound == Bound::Service {
            self.throttled += sample.window;
        }
        let number = decision.concurrency;
        let is_new = self.last != Some(number);
        self.last = Some(number);
        // The steps of the climb are listed; later steps are probes up and down.
        self.is_settled |= decision.phase != Phase::Climb || self.steps.len() >= STEPS_MAX;
        if let Some((least, most)) = &mut self.rest {
            (*least, *most) = ((*least).min(number), (*most).max(number));
        } else if self.is_settled && !self.steps.is_empty() {
            self.rest = Some((number, number));
        } else if is_new {
            self.steps.push((window.at, number));
        }
    }

    /// For example `8 after 0.3 s, 16 after 0.5 s, then 16 to 24, 20 at the end`; empty if there
    /// was nothing to control.
    pub(crate) fn steps_text(&self) -> String {
        let mut text = String::new();
        if let Some((least, most)) = self.range()
            && least == most
        {
            return format!("{most} throughout");
        }
        for (at, number) in &self.steps {
            let comma = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{comma}{number} after {:.1} s", at.as_secs_f64());
        }
        if let (Some((least, most)), Some(last)) = (self.rest, self.last) {
            let _ = if least == most {
                write!(text, ", then {last}")
            } else {
                write!(text, ", then {least} to {most}, {last} at the end")
            };
        }
        text
    }

    /// The steps of the climb: time and number.
    pub(crate) fn steps(&self) -> &[(Duration, u32)] {
        &self.steps
    }

    /// The allowed number of requests at the end.
    pub(crate) fn last(&self) -> Option<u32> {
        self.last
    }

    /// The lowest and the highest number of requests.
    pub(crate) fn range(&self) -> Option<(u32, u32)> {
        let numbers = || self.steps.iter().map(|(_, number)| *number);
        let rest = || self.rest.into_iter();
        let least = numbers().chain(rest().map(|(least, _)| least)).min()?;
        let most = numbers().chain(rest().map(|(_, most)| most)).max()?;
        Some((least, most))
    }

    /// The share of the time for which each thing limited the rate, the largest first, without
    /// zeros.
    pub(crate) fn bounds(&self) -> Vec<(Bound, f64)> {
        let all: Duration = self.bounds.iter().sum();
        let mut shares: Vec<_> = Bound::ALL
            .iter()
            .zip(&self.bounds)
            .filter(|(_, time)| !time.is_zero())
            .map(|(bound, time)| (*bound, time.as_secs_f64() / all.as_secs_f64()))
            .collect();
        shares.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        shares
    }

    /// The same in words.
    pub(crate) fn bounds_text(&self) -> String {
        let shares = self.bounds();
        let parts = shares.iter().filter(|(_, share)| *share >= 0.005);
        parts
            .map(|(bound, share)| format!("{} {:.0} %", what(*bound), share * 100.0))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// How long throttling limited the rate.
    pub(crate) fn throttled(&self) -> Duration {
        self.throttled
    }
}

/// The thing that limits the rate, in words.
pub(crate) fn what(bound: Bound) -> &'static str {
    match bound {
        Bound::Unknown => "not known yet",
        Bound::Network => "the network or the service's speed",
        Bound::Service => "throttling by the service",
        Bound::Processor => "this machine's processor",
        Bound::Disk => "the disk",
        Bound::Memory => "the memory budget (`/Memory`)",
        Bound::RateCap => "the cap on the rate (`/CapMbps`)",
        Bound::Work => "too few objects at the same time",
        Bound::Fixed => "the number of requests (`/NC`)",
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use azring_core::schedule::tuner::{Decision, Sample};

    use super::*;

    /// A window that ended at `at_ms` with this decision.
    pub(crate) fn window(at_ms: u64, concurrency: u32, phase: Phase, bound: Bound) -> Window {
        Window {
            at: Duration::from_millis(at_ms),
            sample: Sample {
                window: Duration::from_millis(250),
                ..Sample::default()
            },
            decision: Decision {
                concurrency,
                pace: None,
                hold: None,
                turns: None,
                block_bytes: 4 << 20,
                phase,
                bound,
            },
            p50: None,
            p99: None,
        }
    }

    #[test]
    fn the_climb_is_reported_step_by_step_and_the_rest_as_a_range() {
        let mut path = ControllerHistory::default();
        assert_eq!(path.steps_text(), "");
        for (at, number) in [(250, 8), (500, 16), (750, 16), (1000, 32)] {
            path.add(&window(at, number, Phase::Climb, Bound::Unknown));
        }
        for (at, number) in [(1250, 28), (1500, 36), (1750, 30)] {
            path.add(&window(at, number, Phase::ProbeUp, Bound::Network));
        }
        assert_eq!(
            path.steps_text(),
            "8 after 0.2 s, 16 after 0.5 s, 32 after 1.0 s, then 28 to 36, 30 at the end"
        );
        assert_eq!(path.range(), Some((8, 36)));
        assert_eq!(
            path.bounds_text(),
            "not known yet 57 %, the network or the service's speed 43 %"
        );
    }

    #[test]
    fn a_number_that_never_moves_is_reported_once() {
        let mut path = ControllerHistory::default();
        for at in 1..1000 {
            path.add(&window(at * 250, 12, Phase::Hold, Bound::Fixed));
        }
        assert_eq!(path.steps_text(), "12 throughout");
        assert_eq!(path.range(), Some((12, 12)));
    }

    #[test]
    fn a_climb_without_end_takes_no_more_memory() {
        let mut path = ControllerHistory::default();
        for at in 1..100_000 {
            path.add(&window(at * 250, at as u32, Phase::Climb, Bound::Unknown));
        }
        assert_eq!(path.steps().len(), STEPS_MAX);
        assert_eq!(path.range(), Some((1, 99_999)));
    }
}
