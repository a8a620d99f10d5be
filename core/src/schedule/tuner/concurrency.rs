//! The number of requests: the fewest that move the most.
//!
//! It doubles as long as that moves more. Then it holds, tries a little more and a little less now
//! and then, and doubles again when a trial or the rate itself shows that the link has changed. A
//! trial upward costs nothing on a full link, so it comes often. A trial downward costs rate when
//! the number is right, so it comes ever more rarely. The number stays a little above the smallest
//! that fills the link: a link that becomes faster then shows it at once.

use super::Phase;
use super::trial::{Trial, TrialWindow};

/// A doubling has to move this much more, or the climb is over; a smaller step proportionally less.
const CLIMB_GAIN: f64 = 0.15;

/// Where requests take long it begins with this many: too many requests would stay in the way for
/// long.
const CAREFUL: u32 = 8;

/// The smallest tried number that moves this share of the best is taken.
const ENOUGH: f64 = 0.96;

/// A trial upward multiplies by this, and adds at least one.
const UP: f64 = 1.25;

/// It has to gain this share of what a proportional rise would.
const UP_GAIN: f64 = 0.35;

/// A trial downward multiplies by this; where it costs nothing, half of the way is gone.
const DOWN: f64 = 0.7;

/// What a trial downward may cost.
const DOWN_COST: f64 = 0.03;

/// Windows between trials upward while they cost nothing, right after the link has changed, and at
/// most.
const UP_EVERY: u32 = 5;
const UP_EVERY_CHANGED: u32 = 2;
const UP_EVERY_MAX: u32 = 24;

/// Windows between trials downward at first, and at most.
const DOWN_EVERY: u32 = 24;
const DOWN_EVERY_MAX: u32 = 80;

/// The link has changed when two windows in a row are this far from the usual.
const FELL: f64 = 0.7;
const ROSE: f64 = 1.2;

#[derive(Debug)]
enum ConcurrencyState {
    Climb { trial: Trial, doubted: bool },
    Descend(Trial),
    Hold,
    Up(Trial),
    Down(Trial),
}

/// The controller of the number of requests.
#[derive(Debug)]
pub(super) struct Concurrency {
    number: u32,
    least: u32,
    most: u32,
    state: ConcurrencyState,
    /// The numbers that were tried in this climb, and what each moved.
    tried: Vec<(u32, f64)>,
    /// What the window before moved, during the climb.
    opening: Option<f64>,
    /// What the present number usually moves.
    usual: Option<f64>,
    strange: i32,
    settling: u32,
    measuring: u32,
    /// Requests take several windows, so a trial of a smaller number costs seconds.
    is_long: bool,
    /// The line has been full since the present climb began: there is a queue before it.
    is_crowded: bool,
    held: u32,
    up_every: u32,
    down_every: u32,
    since_down: u32,
}

impl Concurrency {
    pub(super) fn new(start: u32, least: u32, most: u32) -> Self {
        let least = least.clamp(1, most);
        let concurrency = start.clamp(least, most);
        Self {
            number: concurrency,
            least,
            most,
            state: ConcurrencyState::Climb {
                trial: Trial::new(concurrency, 1, 1),
                doubted: false,
            },
            tried: Vec::new(),
            opening: None,
            usual: None,
            strange: 0,
            settling: 1,
            measuring: 2,
            is_long: false,
            is_crowded: false,
            held: 0,
            up_every: UP_EVERY,
            down_every: DOWN_EVERY,
            since_down: 0,
        }
    }

    /// The number that is valid now: that of the trial, if there is one.
    pub(super) fn limit(&self) -> u32 {
        match &self.state {
            ConcurrencyState::Climb { trial, .. }
            | ConcurrencyState::Descend(trial)
            | ConcurrencyState::Up(trial)
            | ConcurrencyState::Down(trial) => trial.concurrency,
            ConcurrencyState::Hold => self.number,
        }
    }

    pub(super) fn phase(&self) -> Phase {
        match &self.state {
            ConcurrencyState::Climb { .. } | ConcurrencyState::Descend(_) => Phase::Climb,
            ConcurrencyState::Hold => Phase::Hold,
            ConcurrencyState::Up(_) => Phase::ProbeUp,
            ConcurrencyState::Down(_) => Phase::ProbeDown,
        }
    }

    /// Whether the number doubles.
    pub(super) fn is_climbing(&self) -> bool {
        matches!(self.state, ConcurrencyState::Climb { .. })
    }

    /// Sets how many windows a new number needs before it can be measured.
    pub(super) fn set_settling(&mut self, windows: u32) {
        self.settling = windows;
    }

    /// Sets how many windows a trial takes.
    pub(super) fn set_measuring(&mut self, windows: u32) {
        self.measuring = windows.clamp(2, 8);
    }

    /// Sets whether requests take several windows.
    pub(super) fn set_long(&mut self, is_long: bool) {
        self.is_long = is_long;
    }

    /// Sets whether the line is full in this window: more requests could only wait in its queue.
    pub(super) fn set_crowded(&mut self, is_crowded: bool) {
        self.is_crowded = self.is_climbing() && (self.is_crowded || is_crowded);
    }

    /// Begins with few requests, because the first window showed that requests take long.
    pub(super) fn be_careful(&mut self, opened: u32) {
        self.number = self.number.min(CAREFUL.max(opened));
        self.climb_to(self.number);
    }

    /// Holds the number while something else is tried: what moves meanwhile is neither usual nor a
    /// change of the link.
    pub(super) fn pause(&mut self) {
        self.stop_trying();
        self.usual = None;
    }

    /// Holds the number while something else is the limit: what moves says nothing about
    /// concurrency.
    pub(super) fn freeze(&mut self, work: f64) {
        self.stop_trying();
        self.smooth(work);
    }

    /// Goes back to a number that was measured.
    fn stop_trying(&mut self) {
        match (&self.state, self.tried.last()) {
            (ConcurrencyState::Hold, _) => {}
            // An interrupted doubling has not been measured: back to the number before.
            (ConcurrencyState::Climb { .. }, Some((shown, _))) => {
                self.number = *shown;
                self.hold();
            }
            // The same for a descent: back to the best measured number.
            (ConcurrencyState::Descend(_), Some(_)) => self.choose(),
            _ => {
                self.number = self.limit();
                self.hold();
            }
        }
        self.strange = 0;
        self.held = 0;
    }

    /// Halves the number, because requests timed out.
    pub(super) fn halve(&mut self) {
        self.number = (self.limit() / 2).max(self.least);
        self.usual = None;
        self.hold();
        self.up_every = UP_EVERY_MAX;
    }

    /// Sets the largest number.
    pub(super) fn set_most(&mut self, most: u32) {
        self.most = most.max(self.least);
        if self.limit() > self.most {
            self.number = self.most;
            self.hold();
        }
    }

    /// Takes the next window. `may_grow` is false where more requests could not help.
    pub(super) fn step(&mut self, work: f64, ended: u32, under_way: u32, may_grow: bool) {
        let window = TrialWindow {
            work,
            ended,
            under_way,
        };
        self.since_down += 1;
        match &self.state {
            ConcurrencyState::Climb { .. } if self.is_crowded && !self.tried.is_empty() => {
                self.choose();
            }
            ConcurrencyState::Climb { .. } => self.climb(window, may_grow),
            ConcurrencyState::Descend(_) => self.descend(window),
            ConcurrencyState::Hold => self.stay(work, may_grow),
            ConcurrencyState::Up(_) => self.judge_up(window),
            ConcurrencyState::Down(_) => self.judge_down(window),
        }
    }

    /// One more window of a doubled number.
    fn climb(&mut self, window: TrialWindow, may_grow: bool) {
        let ConcurrencyState::Climb { trial, doubted } = &mut self.state else {
            return;
        };
        let opening = self.opening.replace(window.work);
        if self.tried.is_empty()
            && !self.is_long
            && opening.is_some_and(|before| window.work < 0.85 * before)
            && trial.concurrency > self.least
        {
            // The first requests alone moved more than all of them do now.
            self.tried.push((trial.concurrency, window.work));
            let fewer = trial.concurrency / 2;
            self.descend_to(fewer);
            return;
        }
        let Some(moved) = trial.add(window) else {
            return;
        };
        let best = best(&self.tried);
        let before = self.tried.last().map_or(0, |(tried, _)| *tried);
        let more = f64::from(trial.concurrency) / f64::from(before.max(1)) - 1.0;
        let helps = moved >= best * (1.0 + CLIMB_GAIN * more.min(1.0)) && moved > 0.0;
        if !helps && !*doubted {
            *doubted = true;
            trial.extend(1);
            return;
        }
        let concurrency = trial.concurrency;
        self.tried.push((concurrency, moved));
        self.go_on_from(concurrency, helps, may_grow);
    }

    /// One more window of a halved number.
    fn descend(&mut self, window: TrialWindow) {
        let ConcurrencyState::Descend(trial) = &mut self.state else {
            return;
        };
        let Some(moved) = trial.add(window) else {
            return;
        };
        let concurrency = trial.concurrency;
        let best = best(&self.tried);
        self.tried.push((concurrency, moved));
        if moved >= best * ENOUGH && concurrency > self.least {
            self.descend_to(concurrency / 2);
        } else {
            self.choose();
        }
    }

    /// One more window of a trial upward.
    fn judge_up(&mut self, window: TrialWindow) {
        let ConcurrencyState::Up(trial) = &mut self.state else {
            return;
        };
        let Some(moved) = trial.add(window) else {
            return;
        };
        let (above, usual) = (trial.concurrency, self.usual.unwrap_or(0.0));
        let more = f64::from(above) / f64::from(self.number) - 1.0;
        let gain = moved / usual.max(1.0) - 1.0;
        if gain >= (UP_GAIN * more).max(0.01) {
            self.tried = vec![(self.number, usual), (above, moved)];
            self.number = above;
            let steep = gain > 0.7 * more;
            self.climb_to(if steep {
                above.saturating_mul(2)
            } else {
                up(above)
            });
        } else {
            if gain < FELL - 1.0 {
                // A trial alone does not cost so much: the link has changed.
                self.forget();
            } else if gain < -0.03 {
                self.up_every = (self.up_every * 2).min(UP_EVERY_MAX);
            } else {
                self.up_every = UP_EVERY;
            }
            self.hold();
        }
    }

    /// One more window of a trial downward.
    fn judge_down(&mut self, window: TrialWindow) {
        let ConcurrencyState::Down(trial) = &mut self.state else {
            return;
        };
        let moved = trial.add(window);
        let is_hopeless = trial.is_hopeless(self.usual.unwrap_or(0.0));
        let Some(moved) = moved.or(is_hopeless.then_some(0.0)) else {
            return;
        };
        let (below, usual) = (trial.concurrency, self.usual.unwrap_or(0.0));
        if moved >= usual * (1.0 - DOWN_COST) {
            // A number that moves more is taken at once; one that moves as much, only half of the
            // way.
            self.number = if moved > usual * 1.05 || self.number <= 3 {
                self.usual = Some(moved);
                below
            } else {
                (below + self.number).div_ceil(2).min(self.number - 1)
            };
            self.down_every = DOWN_EVERY;
        } else {
            self.down_every = (self.down_every * 2).min(DOWN_EVERY_MAX);
        }
        self.since_down = 0;
        self.hold();
    }

    /// Continues the climb after a number was measured.
    fn go_on_from(&mut self, concurrency: u32, helps: bool, may_grow: bool) {
        if helps && may_grow && concurrency < self.most && !self.is_crowded {
            self.climb_to(concurrency.saturating_mul(2));
        } else if !may_grow && self.tried.len() == 1 && concurrency > self.least {
            // The processor is busy from the beginning: fewer requests may be enough, and their
            // blocks stay in its caches.
            self.descend_to(concurrency / 2);
        } else if self.tried.len() == 2
            && self.tried[0].0 > self.least
            && self.usual.is_none()
            && !self.is_long
        {
            // The first doubling gained nothing: fewer requests than at the beginning may be
            // enough.
            self.descend_to(self.tried[0].0 / 2);
        } else {
            self.choose();
        }
    }

    fn stay(&mut self, work: f64, may_grow: bool) {
        self.held += 1;
        if self.held <= self.settling {
            return;
        }
        if let Some(usual) = self.usual {
            let strange = if work < usual * FELL {
                -1
            } else {
                i32::from(work > usual * ROSE)
            };
            let again = strange != 0 && strange == self.strange.signum();
            self.strange = strange;
            if again && strange > 0 && may_grow {
                self.tried = vec![(self.number, work)];
                self.usual = Some(work);
                self.climb_to(self.number.saturating_mul(2));
                return;
            }
            if again {
                self.forget();
                self.held = self.settling;
            }
            if strange != 0 {
                return;
            }
        }
        self.smooth(work);
        let measured = self.held - self.settling;
        if measured < 2 {
            return;
        }
        let can_grow = may_grow && self.number < self.most;
        if self.number > self.least && self.since_down >= self.down_every && measured >= 3 {
            let below = ((f64::from(self.number) * DOWN) as u32).clamp(self.least, self.number - 1);
            self.state = ConcurrencyState::Down(Trial::new(below, self.settling, self.measuring));
        } else if can_grow && measured >= self.up_every {
            let has_changed = self.up_every == UP_EVERY_CHANGED;
            let above = if has_changed {
                self.number * 2
            } else {
                up(self.number)
            };
            let above = above.min(self.most);
            let measuring = if has_changed {
                2
            } else {
                self.measuring.min(4)
            };
            self.state = ConcurrencyState::Up(Trial::new(above, self.settling, measuring));
        }
    }

    /// Forgets what was usual, because the link has changed, and more may help.
    fn forget(&mut self) {
        self.usual = None;
        self.up_every = UP_EVERY_CHANGED;
        self.down_every = DOWN_EVERY;
        self.since_down = 0;
    }

    fn smooth(&mut self, work: f64) {
        let usual = self.usual.unwrap_or(work);
        self.usual = Some(usual + 0.3 * (work - usual));
    }

    fn climb_to(&mut self, concurrency: u32) {
        self.state = ConcurrencyState::Climb {
            trial: self.climbing(concurrency.min(self.most)),
            doubted: false,
        };
    }

    fn climbing(&self, concurrency: u32) -> Trial {
        let trial = Trial::new(concurrency, self.settling, 1);
        if self.is_long {
            trial.of_a_generation()
        } else {
            trial
        }
    }

    fn descend_to(&mut self, concurrency: u32) {
        self.state =
            ConcurrencyState::Descend(Trial::new(concurrency.max(self.least), self.settling, 1));
    }

    /// Ends the climb with the smallest tried number that moves nearly the most.
    fn choose(&mut self) {
        let best = best(&self.tried);
        let enough = self
            .tried
            .iter()
            .filter(|(_, moved)| *moved >= best * ENOUGH);
        if let Some((concurrency, moved)) = enough.min_by_key(|(concurrency, _)| *concurrency) {
            // Half as many again where more did no harm: the number that fills the link may be just
            // above.
            let harmless = self
                .tried
                .iter()
                .filter(|(_, moved)| *moved >= best * ENOUGH);
            let most = harmless.map(|(tried, _)| *tried).max();
            self.number = (concurrency + concurrency / 2).min(most.unwrap_or(*concurrency));
            self.usual = Some(*moved);
        }
        self.tried.clear();
        self.since_down = 0;
        self.hold();
    }

    fn hold(&mut self) {
        self.state = ConcurrencyState::Hold;
        self.held = 0;
        self.strange = 0;
    }
}

fn best(tried: &[(u32, f64)]) -> f64 {
    tried.iter().map(|(_, moved)| *moved).fold(0.0, f64::max)
}

fn up(concurrency: u32) -> u32 {
    ((f64::from(concurrency) * UP) as u32).max(concurrency + 1)
}
