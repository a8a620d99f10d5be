//! How many requests: the fewest that bring all there is.
//!
//! It begins with doubling, as long as that brings more. Then it stays, tries a little more and a little less now and
//! then, and begins again where a trial or the rate itself says that the link has changed. A trial upward costs nothing
//! on a link that is full, so those come often; one downward costs rate where the number is right, so those come ever
//! more seldom. The number stays a little above the knee: a link that becomes faster then shows it at once.

use super::Phase;
use super::trial::{Trial, TrialWindow};

/// A doubling has to bring this much more, or the climb is over; a smaller step proportionally less.
const CLIMB_GAIN: f64 = 0.15;

/// Where requests take long it begins with so many: those that are too many then would be in the way for long.
const CAREFUL: u32 = 8;

/// Of what was tried, the smallest that brings this share of the best is taken.
const ENOUGH: f64 = 0.96;

/// A trial upward is by this factor, and by at least one.
const UP: f64 = 1.25;

/// It has to bring this share of what a proportional rise would.
const UP_GAIN: f64 = 0.35;

/// A trial downward is by this factor; where it costs nothing, half of the way is gone.
const DOWN: f64 = 0.7;

/// What a trial downward may cost.
const DOWN_COST: f64 = 0.03;

/// Windows between trials upward while they cost nothing, right after the link has changed, and at most.
const UP_EVERY: u32 = 5;
const UP_EVERY_CHANGED: u32 = 2;
const UP_EVERY_MAX: u32 = 24;

/// Windows between trials downward at first, and at most.
const DOWN_EVERY: u32 = 24;
const DOWN_EVERY_MAX: u32 = 80;

/// The link has changed when two windows in a row are this far from what is usual.
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

/// The controller of concurrency.
#[derive(Debug)]
pub(super) struct Concurrency {
    concurrency: u32,
    least: u32,
    most: u32,
    state: ConcurrencyState,
    /// What was tried in this climb, and what it moved.
    tried: Vec<(u32, f64)>,
    /// What the window before moved, in the climb.
    opening: Option<f64>,
    /// What is usual at the present number.
    usual: Option<f64>,
    strange: i32,
    settling: u32,
    measuring: u32,
    /// Requests take several windows: those that a smaller number would wait for, and what it would then bring, cost seconds.
    is_long: bool,
    /// The line has been full since the present climb began, as the queue before it says.
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
            concurrency,
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

    /// The number that holds now: that of the trial, if there is one.
    pub(super) fn limit(&self) -> u32 {
        match &self.state {
            ConcurrencyState::Climb { trial, .. }
            | ConcurrencyState::Descend(trial)
            | ConcurrencyState::Up(trial)
            | ConcurrencyState::Down(trial) => trial.concurrency,
            ConcurrencyState::Hold => self.concurrency,
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

    /// It doubles.
    pub(super) fn is_climbing(&self) -> bool {
        matches!(self.state, ConcurrencyState::Climb { .. })
    }

    /// How many windows a new number needs until it shows what it brings.
    pub(super) fn set_settling(&mut self, windows: u32) {
        self.settling = windows;
    }

    /// How many windows a look at another number takes.
    pub(super) fn set_measuring(&mut self, windows: u32) {
        self.measuring = windows.clamp(2, 8);
    }

    /// Requests take several windows.
    pub(super) fn set_long(&mut self, is_long: bool) {
        self.is_long = is_long;
    }

    /// The line is full in this window: a larger number could only wait in its queue.
    pub(super) fn set_crowded(&mut self, is_crowded: bool) {
        self.is_crowded = self.is_climbing() && (self.is_crowded || is_crowded);
    }

    /// After the first window: requests take long, so it begins with few.
    pub(super) fn be_careful(&mut self, opened: u32) {
        self.concurrency = self.concurrency.min(CAREFUL.max(opened));
        self.climb_to(self.concurrency);
    }

    /// Stays where it is: something else is tried, and what that brings is neither usual nor a change of the link.
    pub(super) fn pause(&mut self) {
        self.stop_trying();
        self.usual = None;
    }

    /// Stays where it is: something else limits, and what would be measured now says nothing about concurrency.
    pub(super) fn freeze(&mut self, work: f64) {
        self.stop_trying();
        self.smooth(work);
    }

    /// Back to a number that has been shown.
    fn stop_trying(&mut self) {
        match (&self.state, self.tried.last()) {
            (ConcurrencyState::Hold, _) => {}
            // A doubling that was interrupted has shown nothing: back to the number that has.
            (ConcurrencyState::Climb { .. }, Some((shown, _))) => {
                self.concurrency = *shown;
                self.hold();
            }
            // So has a descent: of what was shown, the best.
            (ConcurrencyState::Descend(_), Some(_)) => self.choose(),
            _ => {
                self.concurrency = self.limit();
                self.hold();
            }
        }
        self.strange = 0;
        self.held = 0;
    }

    /// Requests ended in silence: half of them.
    pub(super) fn halve(&mut self) {
        self.concurrency = (self.limit() / 2).max(self.least);
        self.usual = None;
        self.hold();
        self.up_every = UP_EVERY_MAX;
    }

    /// There are never more than this.
    pub(super) fn set_most(&mut self, most: u32) {
        self.most = most.max(self.least);
        if self.limit() > self.most {
            self.concurrency = self.most;
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
        let more = f64::from(above) / f64::from(self.concurrency) - 1.0;
        let gain = moved / usual.max(1.0) - 1.0;
        if gain >= (UP_GAIN * more).max(0.01) {
            self.tried = vec![(self.concurrency, usual), (above, moved)];
            self.concurrency = above;
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
            // A number that moves more is taken at once; one that moves as much, only half of the way.
            self.concurrency = if moved > usual * 1.05 || self.concurrency <= 3 {
                self.usual = Some(moved);
                below
            } else {
                (below + self.concurrency)
                    .div_ceil(2)
                    .min(self.concurrency - 1)
            };
            self.down_every = DOWN_EVERY;
        } else {
            self.down_every = (self.down_every * 2).min(DOWN_EVERY_MAX);
        }
        self.since_down = 0;
        self.hold();
    }

    /// What comes after a number of the climb has shown what it brings.
    fn go_on_from(&mut self, concurrency: u32, helps: bool, may_grow: bool) {
        if helps && may_grow && concurrency < self.most && !self.is_crowded {
            self.climb_to(concurrency.saturating_mul(2));
        } else if !may_grow && self.tried.len() == 1 && concurrency > self.least {
            // The processor is busy from the beginning: fewer may do, and their blocks stay in its caches.
            self.descend_to(concurrency / 2);
        } else if self.tried.len() == 2
            && self.tried[0].0 > self.least
            && self.usual.is_none()
            && !self.is_long
        {
            // The first doubling moved nothing: fewer than at the beginning may do.
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
                self.tried = vec![(self.concurrency, work)];
                self.usual = Some(work);
                self.climb_to(self.concurrency.saturating_mul(2));
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
        let can_grow = may_grow && self.concurrency < self.most;
        if self.concurrency > self.least && self.since_down >= self.down_every && measured >= 3 {
            let below = ((f64::from(self.concurrency) * DOWN) as u32)
                .clamp(self.least, self.concurrency - 1);
            self.state = ConcurrencyState::Down(Trial::new(below, self.settling, self.measuring));
        } else if can_grow && measured >= self.up_every {
            let has_changed = self.up_every == UP_EVERY_CHANGED;
            let above = if has_changed {
                self.concurrency * 2
            } else {
                up(self.concurrency)
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

    /// The link has changed: what was usual is over, and more may help.
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

    /// The climb is over: the fewest of those tried that bring nearly the most.
    fn choose(&mut self) {
        let best = best(&self.tried);
        let enough = self
            .tried
            .iter()
            .filter(|(_, moved)| *moved >= best * ENOUGH);
        if let Some((concurrency, moved)) = enough.min_by_key(|(concurrency, _)| *concurrency) {
            // Half as many again, where more did no harm: the knee may be right behind.
            let harmless = self
                .tried
                .iter()
                .filter(|(_, moved)| *moved >= best * ENOUGH);
            let most = harmless.map(|(tried, _)| *tried).max();
            self.concurrency = (concurrency + concurrency / 2).min(most.unwrap_or(*concurrency));
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
