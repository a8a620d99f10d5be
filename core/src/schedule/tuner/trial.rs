//! One number of requests, tried for a few windows.

/// The most windows for which a trial waits for earlier requests: ten seconds.
const DRAIN_WINDOWS_MAX: u32 = 40;

/// The most windows for which it waits for a generation of requests to end: four seconds.
const GENERATION_WINDOWS_MAX: usize = 16;

/// What one window says about a trial.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrialWindow {
    /// The work done, per second.
    pub(super) work: f64,
    /// Requests that ended.
    pub(super) ended: u32,
    /// Requests in flight at the end of the window.
    pub(super) under_way: u32,
}

/// Ignores some windows, and averages the next ones.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    pub(super) concurrency: u32,
    settling: u32,
    wanted: usize,
    waited: u32,
    /// The work of each measured window.
    brought: Vec<f64>,
    /// Requests that have to end before the trial is valid, and those that have.
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

    /// Waits until as many requests have ended as are tried.
    ///
    /// Connections begin slowly, and their rate meanwhile says nothing about their number.
    #[must_use]
    pub(super) fn of_a_generation(self) -> Self {
        Self {
            generation: self.concurrency,
            ..self
        }
    }

    /// Adds a window; returns the average once there are enough.
    ///
    /// Requests that began before the trial and are too many for it have to end first.
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

    /// The average so far; zero while there is none. Of a generation only the later half counts:
    /// the earlier one was slower than the link.
    pub(super) fn mean(&self) -> f64 {
        let from = if self.generation > 0 {
            self.brought.len().saturating_sub(self.wanted) / 2
        } else {
            0
        };
        let counted = &self.brought[from..];
        counted.iter().sum::<f64>() / (counted.len() as f64).max(1.0)
    }

    /// Whether the measured average is clearly below this.
    pub(super) fn is_hopeless(&self, usual: f64) -> bool {
        self.brought.len() >= 2 && self.mean() < 0.85 * usual
    }

    /// Averages this many windows more.
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
        // The first window is ignored, but its ended requests count.
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
