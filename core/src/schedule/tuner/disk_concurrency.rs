//! The number of operations that the disk has at once: no limit, unless fewer of them move more.
//!
//! While something else is the limit, nothing is tried. While the disk is, a quarter of the present
//! operations is tried, and a quarter of that, as long as the disk moves more: its head then seeks
//! less. Then the number is doubled for as long as that does no harm. Disks and links also become
//! faster by themselves: if the number at which the trial began does no harm, there is no limit.
//! Most disks like many operations; for them a short trial is all that it costs, and the next one
//! comes much later. With a limit, a few more and a few fewer are tried now and then: more are
//! taken if they do no harm, fewer if they move more.

use super::Sample;

/// No limit.
const OPEN: u32 = u32::MAX;

/// The disk must be the limit for this many windows before fewer are tried.
const STRAINED: u32 = 2;

/// The limit at the beginning: if the disk likes fewer, the present operations are in the way. It
/// ends when the disk is not the limit in this many windows.
const OPENING: u32 = 16;
const OPENING_WINDOWS: u32 = 4;

/// With fewer operations there is little to try.
const AT_DISK_MIN: u32 = 3;

/// The first quarter has to move this much more; each further quarter this much more than the one
/// before.
const BETTER: f64 = 1.08;
const STILL_BETTER: f64 = 1.03;

/// A number that moves this share does no harm.
const HARMLESS: f64 = 0.98;

/// Windows until fewer are tried again after a trial that gained nothing, and at most: a minute,
/// then up to four.
const FEWER_EVERY: u32 = 240;
const FEWER_EVERY_MAX: u32 = 960;

/// Windows between trials of a few more and of a few fewer, and at most.
const NEAR_EVERY: u32 = 8;
const NEAR_EVERY_MAX: u32 = 160;

/// After this many windows with less than this share of the usual, the disk has changed.
const FELL: f64 = 0.7;
const FELL_WINDOWS: u32 = 3;

/// The most windows for which a trial waits for earlier operations, and for which it measures.
const WINDOWS_MAX: u32 = 16;

/// One limit, tried until enough operations have ended under it.
#[derive(Debug, Clone, Copy)]
struct DiskTrial {
    limit: u32,
    /// This many operations have to end first, until there are no more than the limit.
    surplus: u32,
    waited: u32,
    windows: u32,
    ended: u32,
    bytes: f64,
    seconds: f64,
}

impl DiskTrial {
    /// A trial of this limit, with this many operations at the disk.
    fn new(limit: u32, under_way: u32) -> Self {
        let limit = limit.max(1);
        Self {
            limit,
            surplus: under_way.saturating_sub(limit),
            waited: 0,
            windows: 0,
            ended: 0,
            bytes: 0.0,
            seconds: 0.0,
        }
    }

    /// Bytes per second, once enough is measured.
    fn add(&mut self, sample: &Sample) -> Option<f64> {
        if self.waited == 0 || (self.surplus > 0 && self.waited < WINDOWS_MAX) {
            self.surplus = self.surplus.saturating_sub(sample.disk_ended);
            self.waited += 1;
            return None;
        }
        self.windows += 1;
        self.ended += sample.disk_ended;
        self.bytes += sample.disk_bytes as f64;
        self.seconds += sample.window.as_secs_f64();
        let is_enough = self.windows >= 2 && self.ended >= 2 * self.limit;
        (is_enough || self.windows >= WINDOWS_MAX).then(|| self.bytes / self.seconds.max(1e-3))
    }
}

#[derive(Debug)]
enum DiskState {
    Open,
    /// A trial of a quarter, and a quarter of that.
    Fewer(DiskTrial),
    /// A trial of twice the best.
    Twice(DiskTrial),
    Held,
    /// A trial of a few more than the limit, or a few fewer.
    Near(DiskTrial),
}

/// The best limit of a trial.
#[derive(Debug, Clone, Copy)]
struct BestLimit {
    /// The limit before the trial, and the operations at the disk then.
    held: u32,
    from: u32,
    limit: u32,
    /// What it moved, in bytes per second.
    moved: f64,
}

/// The controller of disk operations.
#[derive(Debug)]
pub(super) struct DiskConcurrency {
    state: DiskState,
    /// The limit while nothing is tried.
    limit: u32,
    /// What this limit usually moves, in bytes per second.
    usual: Option<f64>,
    /// The same of the last few windows.
    lately: f64,
    tried: Option<BestLimit>,
    strained: u32,
    calm: u32,
    fell: u32,
    wait: u32,
    fewer_every: u32,
    near_every: u32,
    /// The next trial near the limit is one of fewer.
    is_fewer_next: bool,
}

impl Default for DiskConcurrency {
    fn default() -> Self {
        Self {
            state: DiskState::Open,
            limit: OPENING,
            usual: None,
            lately: 0.0,
            tried: None,
            strained: 0,
            calm: 0,
            fell: 0,
            wait: 0,
            fewer_every: FEWER_EVERY,
            near_every: NEAR_EVERY,
            is_fewer_next: true,
        }
    }
}

impl DiskConcurrency {
    /// The limit now; `None`: no limit.
    pub(super) fn limit(&self) -> Option<u32> {
        let limit = match &self.state {
            DiskState::Open | DiskState::Held => self.limit,
            DiskState::Fewer(look) | DiskState::Twice(look) | DiskState::Near(look) => look.limit,
        };
        Some(limit).filter(|limit| *limit < OPEN)
    }

    /// Whether a number is tried: its measurements say nothing about requests.
    pub(super) fn is_trying(&self) -> bool {
        !matches!(self.state, DiskState::Open | DiskState::Held)
    }

    /// Takes the next window, in which the disk was the limit or not.
    pub(super) fn step(&mut self, sample: &Sample, limits: bool) {
        self.wait = self.wait.saturating_sub(1);
        self.strained = if limits { self.strained + 1 } else { 0 };
        let now = sample.disk_bytes as f64 / sample.window.as_secs_f64().max(1e-3);
        if self.is_trying() && sample.starved {
            // The work ends during the trial, which has shown nothing then.
            self.hold(self.limit);
            return;
        }
        match &mut self.state {
            DiskState::Open => self.look_on(sample, now),
            DiskState::Held => self.stay(sample, now),
            DiskState::Fewer(look) => {
                let limit = look.limit;
                if let Some(moved) = look.add(sample) {
                    self.go_on(limit, moved);
                }
            }
            DiskState::Twice(look) => {
                let limit = look.limit;
                if let Some(moved) = look.add(sample) {
                    self.go_back(limit, moved);
                }
            }
            DiskState::Near(look) => {
                let limit = look.limit;
                if let Some(moved) = look.add(sample) {
                    self.let_near(limit, moved);
                }
            }
        }
    }

    fn look_on(&mut self, sample: &Sample, now: f64) {
        if self.strained == 0 {
            self.usual = None;
            self.calm += u32::from(sample.disk_ended > 0);
            if self.calm >= OPENING_WINDOWS {
                self.limit = OPEN;
            }
            return;
        }
        self.smooth(now);
        if self.strained >= STRAINED && self.wait == 0 && sample.at_disk >= AT_DISK_MIN {
            let usual = self.usual.unwrap_or(now);
            self.try_fewer(sample.at_disk, usual);
        }
    }

    /// Begins with a quarter of the present operations, which move this much.
    fn try_fewer(&mut self, from: u32, moved: f64) {
        let held = match self.state {
            DiskState::Open => OPEN,
            _ => self.limit,
        };
        self.tried = Some(BestLimit {
            held,
            from,
            limit: self.limit,
            moved,
        });
        self.state = DiskState::Fewer(DiskTrial::new(from / 4, from.min(self.limit)));
    }

    /// A quarter has been measured.
    fn go_on(&mut self, limit: u32, moved: f64) {
        let Some(tried) = &mut self.tried else {
            return;
        };
        let is_first = tried.limit == self.limit;
        let wanted = if is_first { BETTER } else { STILL_BETTER };
        let helps = moved >= tried.moved * wanted;
        if helps {
            (tried.limit, tried.moved) = (limit, moved);
        }
        let (best, held) = (tried.limit, tried.held);
        if helps && limit > 1 {
            self.state = DiskState::Fewer(DiskTrial::new(limit / 4, limit));
        } else if best < held {
            self.state = DiskState::Twice(DiskTrial::new(2 * best, limit));
        } else {
            self.hold(held);
        }
    }

    /// Twice the best has been measured.
    fn go_back(&mut self, limit: u32, moved: f64) {
        let Some(tried) = &mut self.tried else {
            return;
        };
        let is_harmless = moved >= tried.moved * HARMLESS;
        if is_harmless {
            (tried.limit, tried.moved) = (limit, moved);
        }
        let BestLimit {
            held,
            from,
            limit: best,
            moved,
        } = *tried;
        if is_harmless && limit >= from {
            self.hold(held);
        } else if is_harmless && self.strained > 0 {
            self.state = DiskState::Twice(DiskTrial::new(2 * limit, limit));
        } else {
            self.usual = Some(moved);
            self.near_every = NEAR_EVERY;
            self.fewer_every = FEWER_EVERY;
            self.hold(best);
        }
    }

    fn stay(&mut self, sample: &Sample, now: f64) {
        if sample.at_disk <= self.limit {
            // No operation waits for the limit.
            return;
        }
        let usual = self.usual.unwrap_or(now);
        // Operations that end together come in bursts.
        self.lately = 0.6 * self.lately + 0.4 * now;
        let has_fallen = self.lately < usual * FELL;
        self.fell = if has_fallen { self.fell + 1 } else { 0 };
        self.smooth(now);
        if self.fell >= FELL_WINDOWS {
            self.usual = Some(self.lately);
            self.near_every = NEAR_EVERY;
            if self.limit >= AT_DISK_MIN {
                self.try_fewer(self.limit, self.lately);
            }
        } else if self.wait == 0 {
            self.is_fewer_next = !self.is_fewer_next && self.limit > 1;
            let near = if self.is_fewer_next {
                self.limit - self.limit.div_ceil(3)
            } else {
                self.limit + self.limit.div_ceil(2)
            };
            self.state = DiskState::Near(DiskTrial::new(near, self.limit));
        }
    }

    /// A trial near the limit has been measured.
    fn let_near(&mut self, limit: u32, moved: f64) {
        let usual = self.usual.unwrap_or(moved);
        let wanted = if limit < self.limit {
            STILL_BETTER
        } else {
            HARMLESS
        };
        if moved >= usual * wanted {
            self.near_every = NEAR_EVERY;
            self.usual = Some(moved);
            self.hold(limit);
        } else {
            self.near_every = (2 * self.near_every).min(NEAR_EVERY_MAX);
            self.hold(self.limit);
        }
    }

    /// Holds this limit from now on.
    fn hold(&mut self, limit: u32) {
        if limit == OPEN {
            self.open();
            return;
        }
        self.state = DiskState::Held;
        self.limit = limit;
        self.wait = self.near_every;
        self.fell = 0;
        self.lately = self.usual.unwrap_or(0.0);
    }

    /// Removes the limit, with no further trial for a while.
    fn open(&mut self) {
        self.state = DiskState::Open;
        self.limit = OPEN;
        self.usual = None;
        self.strained = 0;
        self.wait = self.fewer_every;
        self.fewer_every = (2 * self.fewer_every).min(FEWER_EVERY_MAX);
    }

    fn smooth(&mut self, now: f64) {
        let usual = self.usual.unwrap_or(now);
        self.usual = Some(usual + 0.15 * (now - usual));
    }
}

#[cfg(test)]
mod tests {
    use super::super::WINDOW;
    use super::*;

    /// The operations in each window.
    const THERE: u32 = 24;

    /// Runs windows in which the disk moves what `moves` returns for a number of operations and a
    /// window; returns the limits.
    fn limits(windows: u32, is_at_disk: bool, moves: impl Fn(u32, u32) -> f64) -> Vec<Option<u32>> {
        let mut turns = DiskConcurrency::default();
        let pass = |window| {
            let at_once = turns.limit().map_or(THERE, |limit| limit.min(THERE));
            let bytes = moves(at_once, window) * WINDOW.as_secs_f64();
            let sample = Sample {
                window: WINDOW,
                at_disk: THERE,
                disk_ended: (bytes / 4e6) as u32,
                disk_bytes: bytes as u64,
                ..Sample::default()
            };
            turns.step(&sample, is_at_disk);
            turns.limit()
        };
        (0..windows).map(pass).collect()
    }

    /// 200 MB/s for one operation at a time, and less for more.
    fn seeks(at_once: u32) -> f64 {
        200e6 / (1.0 + 0.2 * f64::from(at_once - 1))
    }

    #[test]
    fn a_disk_that_seeks_gets_few() {
        let limits = limits(240, true, |at_once, _| seeks(at_once));
        let few = |limit: &Option<u32>| limit.is_some_and(|limit| limit <= 2);
        assert!(limits[20..].iter().all(few), "{limits:?}");
    }

    #[test]
    fn a_disk_that_likes_many_gets_all_that_come_but_for_a_look() {
        let limits = limits(240, true, |at_once, _| {
            1e9 * f64::from(at_once.min(8)) / 8.0
        });
        let looks = limits
            .iter()
            .filter(|limit| limit.is_some_and(|limit| limit < 8));
        assert!((1..=6).contains(&looks.count()), "{limits:?}");
        assert!(limits[20..].iter().all(Option::is_none), "{limits:?}");
    }

    #[test]
    fn where_something_else_limits_the_gate_opens_and_nothing_is_tried() {
        let limits = limits(400, false, |at_once, _| seeks(at_once));
        assert!(limits[4..].iter().all(Option::is_none), "{limits:?}");
    }

    #[test]
    fn a_disk_that_becomes_faster_by_itself_gets_no_limit() {
        let limits = limits(60, true, |_, window| 20e6 * f64::from(window.min(30) + 1));
        assert_eq!(limits.last(), Some(&None), "{limits:?}");
    }

    #[test]
    fn a_limit_gives_way_where_more_do_no_harm_any_more() {
        let limits = limits(
            500,
            true,
            |at_once, window| {
                if window < 100 { seeks(at_once) } else { 200e6 }
            },
        );
        assert!(limits[60].is_some_and(|limit| limit <= 2), "{limits:?}");
        let last = limits.last().copied().flatten();
        assert!(last.is_none_or(|limit| limit >= 6), "{limits:?}");
    }
}
