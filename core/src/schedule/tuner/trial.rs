//! One number of requests, tried for a few windows.

/// The most windows that requests from before a trial are waited for: ten seconds.
const DRAIN_WINDOWS_MAX: u32 = 40;

/// Lets some windows pass, averages the ones behind them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trial {
    pub(super) concurrency: u32,
    settling: u32,
    wanted: u32,
    waited: u32,
    sum: f64,
    measured: u32,
}

impl Trial {
    /// A trial that ignores `settling` windows and averages `wanted`.
    pub(super) fn new(concurrency: u32, settling: u32, wanted: u32) -> Self {
        Self {
            concurrency,
            settling,
            wanted,
            waited: 0,
            sum: 0.0,
            measured: 0,
        }
    }

    /// Adds a window in which so many were under way; the average once there are enough. What began before the trial and
    /// is too many for it is waited for.
    pub(super) fn add(&mut self, work: f64, under_way: u32) -> Option<f64> {
        if under_way > self.concurrency && self.waited < DRAIN_WINDOWS_MAX {
            self.waited += 1;
            return None;
        }
        if self.settling > 0 {
            self.settling -= 1;
            return None;
        }
        self.sum += work;
        self.measured += 1;
        (self.measured >= self.wanted).then(|| self.mean())
    }

    /// The average so far; nothing while there is none.
    pub(super) fn mean(&self) -> f64 {
        self.sum / f64::from(self.measured.max(1))
    }

    /// It has been measured, and brings clearly less than this.
    pub(super) fn is_hopeless(&self, usual: f64) -> bool {
        self.measured >= 2 && self.mean() < 0.85 * usual
    }

    /// Averages some windows more.
    pub(super) fn extend(&mut self, windows: u32) {
        self.wanted += windows;
    }
}
