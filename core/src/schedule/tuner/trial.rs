//! One number of requests, tried for a few windows.

/// The most windows that requests from before a trial are waited for: ten seconds.
const DRAIN_WINDOWS_MAX: u32 = 40;

/// And that as many requests as are tried are waited for until they have ended: four seconds.
const GENERATION_WINDOWS_MAX: usize = 16;

/// What one window says about a trial.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrialWindow {
    /// The work that was done, per second.
    pub(super) work: f64,
    /// Requests that ended.
    pub(super) ended: u32,
    /// Requests in flight at the end of the window.
    pub(super) under_way: u32,
}

/// Lets some windows pass, averages the ones behind them.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) concurrency: u32,
    settling: u32,
    wanted: usize,
    waited: u32,
    /// What the windows brought.
    brought: Vec<f64>,
    /// Requests that have to end before it says anything, and those that have.
    generation: u32,
    ended: u32,
}

impl Trial {
    /// A trial that ignores `settling` windows and averages `wanted`.
    pub(super) fn new(concurrency: u32, settling: u32, wanted: u32) -> Self {
        Self {
            concurrency,
            settling,
            wanted: wanted as usize,
            waited: 0,
            brought: Vec::new(),
            generation: 0,
            ended: 0,
        }
    }

    /// The same, but as many requests have to end as are tried: connections begin slowly, and what they bring meanwhile says
    /// nothing about their number.
    #[must_use]
    pub(super) fn of_a_generation(self) -> Self {
        Self {
            generation: self.concurrency,
            ..self
        }
    }

    /// Adds a window in which so many ended and so many were under way; the average once there are enough. What began before
    /// the trial and is too many for it is waited for.
    pub(super) fn add(&mut self, window: TrialWindow) -> Option<f64> {
        let TrialWindow {
            work,
            ended,
            under_way,
        } = window;
        if under_way > self.concurrency && self.waited < DRAIN_WINDOWS_MAX {
            self.waited += 1;
            return None;
        }
        self.ended += ended;
        if self.settling > 0 {
            self.settling -= 1;
            return None;
        }
        self.brought.push(work);
        let is_whole =
            self.ended >= self.generation || self.brought.len() >= GENERATION_WINDOWS_MAX;
        (self.brought.len() >= self.wanted && is_whole).then(|| self.mean())
    }

    /// The average so far; nothing while there is none. Of a generation the later half counts: the earlier one was slower than
    /// the link.
    pub(super) fn mean(&self) -> f64 {
        let from = if self.generation > 0 {
            self.brought.len().saturating_sub(self.wanted) / 2
        } else {
            0
        };
        let counted = &self.brought[from..];
        counted.iter().sum::<f64>() / (counted.len() as f64).max(1.0)
    }

    /// It has been measured, and brings clearly less than this.
    pub(super) fn is_hopeless(&self, usual: f64) -> bool {
        self.brought.len() >= 2 && self.mean() < 0.85 * usual
    }

    /// Averages some windows more.
    pub(super) fn extend(&mut self, windows: usize) {
        self.wanted = self.wanted.max(self.brought.len()) + windows;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(work: f64, ended: u32) -> TrialWindow {
        TrialWindow {
            work,
            ended,
            under_way: 16,
        }
    }

    #[test]
    fn a_number_is_judged_when_as_many_have_ended_and_by_what_came_last() {
        let mut trial = Trial::new(16, 1, 1).of_a_generation();
        // The first window passes, and what ends in it counts.
        for (brought, ended) in [(9.0, 2), (1.0, 0), (2.0, 3), (8.0, 5), (9.0, 5)] {
            assert_eq!(trial.add(window(brought, ended)), None);
        }
        assert_eq!(trial.add(window(10.0, 1)), Some(9.0));
    }

    #[test]
    fn a_generation_that_does_not_end_is_not_waited_for_for_ever() {
        let mut trial = Trial::new(16, 0, 1).of_a_generation();
        let windows = (0..100).take_while(|_| trial.add(window(1.0, 0)).is_none());
        assert_eq!(windows.count(), GENERATION_WINDOWS_MAX - 1);
    }
}
