//! The controllers that compete: ours, fixed numbers, and rules that others use.

use azring_core::schedule::tuner::{Bound, Decision, Phase, Range, Sample, Tuner};

/// The most requests of any rule.
pub(crate) const MOST: u32 = 512;

/// Something that sets the number of requests.
#[derive(Debug)]
pub(crate) enum Rule {
    /// Ours.
    Knee(Box<Tuner>),
    /// A number that stays.
    Fixed(u32),
    /// Ours for requests, and the disk may have as many as come.
    Open(Box<Tuner>),
    /// The same for requests, and one for operations at the disk.
    Pair(u32, Option<u32>),
    /// One more for every quiet window, half after push-back or silence.
    Aimd(f64),
    /// Fours, then twos, each tried for eight seconds; the first that brings too little ends it for good.
    Steps(Steps),
}

/// How far a stepwise rule is.
#[derive(Debug)]
pub(crate) struct Steps {
    number: f64,
    factor: f64,
    windows: u32,
    sum: f64,
    last: f64,
    is_done: bool,
}

impl Rule {
    /// Ours, as the engine starts it.
    pub(crate) fn ours(block_bytes: u64) -> Self {
        Self::ours_from(16, block_bytes)
    }

    /// Ours, from another number.
    pub(crate) fn ours_from(start: u32, block_bytes: u64) -> Self {
        Self::Knee(tuner(start, block_bytes))
    }

    /// Ours without its part for the disk.
    pub(crate) fn ours_open(block_bytes: u64) -> Self {
        Self::Open(tuner(16, block_bytes))
    }

    /// Ours with a number that the user fixed.
    pub(crate) fn pinned(number: u32) -> Self {
        Self::Knee(Box::new(Tuner::new(Range {
            start: number,
            least: 1,
            most: number,
            is_fixed: true,
            block_bytes: 4 << 20,
            keeps_block_bytes: false,
        })))
    }

    /// Additive increase, multiplicative decrease.
    pub(crate) fn aimd() -> Self {
        Self::Aimd(8.0)
    }

    /// Step by step.
    pub(crate) fn steps() -> Self {
        Self::Steps(Steps {
            number: 4.0,
            factor: 4.0,
            windows: 0,
            sum: 0.0,
            last: 0.0,
            is_done: false,
        })
    }

    /// Only ours begins carefully within the first window.
    pub(crate) fn ramps(&self) -> bool {
        matches!(self, Self::Knee(_) | Self::Open(_))
    }

    /// What holds now.
    pub(crate) fn decision(&self, block_bytes: u64) -> Decision {
        let concurrency = match self {
            Self::Knee(tuner) => return tuner.decision(),
            Self::Open(tuner) => {
                return Decision {
                    turns: None,
                    ..tuner.decision()
                };
            }
            Self::Fixed(number) | Self::Pair(number, _) => *number,
            Self::Aimd(number) => *number as u32,
            Self::Steps(steps) => steps.number as u32,
        };
        Decision {
            concurrency: concurrency.clamp(1, MOST),
            pace: None,
            hold: None,
            turns: match self {
                Self::Pair(_, turns) => *turns,
                _ => None,
            },
            block_bytes,
            phase: Phase::Hold,
            bound: Bound::Fixed,
        }
    }

    /// A window has passed.
    pub(crate) fn step(&mut self, sample: &Sample) {
        match self {
            Self::Knee(tuner) => {
                tuner.step(sample);
            }
            Self::Open(tuner) => {
                // What it would measure at the disk is kept from it, so that it tries nothing there.
                tuner.step(&Sample {
                    at_disk: 0,
                    ..sample.clone()
                });
            }
            Self::Fixed(_) | Self::Pair(..) => {}
            Self::Aimd(number) => {
                let is_bad = sample.refused + sample.timeouts > 0;
                *number = if is_bad { *number / 2.0 } else { *number + 1.0 };
                *number = number.clamp(1.0, f64::from(MOST));
            }
            Self::Steps(steps) => steps.step(sample),
        }
    }
}

fn tuner(start: u32, block_bytes: u64) -> Box<Tuner> {
    Box::new(Tuner::new(Range {
        start,
        least: 1,
        most: MOST,
        is_fixed: false,
        block_bytes,
        keeps_block_bytes: false,
    }))
}

impl Steps {
    fn step(&mut self, sample: &Sample) {
        if self.is_done {
            return;
        }
        self.windows += 1;
        if self.windows > 16 {
            self.sum += sample.moved_bytes as f64;
        }
        if self.windows < 32 {
            return;
        }
        let brought = std::mem::take(&mut self.sum);
        self.windows = 0;
        if brought >= self.last * (1.0 + 0.2 * (self.factor - 1.0)) || self.last == 0.0 {
            self.last = brought;
            self.number *= self.factor;
            return;
        }
        self.number /= self.factor;
        self.factor = if self.factor > 2.0 {
            2.0
        } else {
            1.0 + (self.factor - 1.0) / 5.0
        };
        if self.factor < 1.19 {
            self.is_done = true;
        } else {
            self.number *= self.factor;
        }
    }
}
