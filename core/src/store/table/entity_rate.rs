//! How many entities a second a limit of the service admits, as its refusals show.
//!
//! Nothing is known before the first refusal. From then on the rate is first the documented one, or what was
//! admitted until then where that was more. What is admitted between refusals corrects it, and it grows while
//! nothing is refused.

use std::time::Duration;

/// What of a rate at which something was refused is tried next.
const AFTER_REFUSAL: f64 = 0.99;

/// What was admitted in less than this and the time of so many requests says nothing about the rate. The longer time
/// holds where something was saved up at its beginning: how much the service saves up is not known.
const MEASURED_S_MIN: f64 = 0.9;
const MEASURED_S_MIN_SAVED: f64 = 2.0;
const MEASURED_REQUESTS_MIN: f64 = 4.0;

/// What was admitted longer ago than this counts half.
const MEASURED_MAX: Duration = Duration::from_secs(16);

/// The growth in a second, how long nothing is refused until it doubles, and the most.
const GROWTH: f64 = 0.0001;
const GROWTH_DOUBLES_AFTER: f64 = 60.0;
const GROWTH_MAX: f64 = 0.05;

/// The growth in a second while the rate is the documented one, not a measured one.
const GROWTH_UNMEASURED: f64 = 0.02;

/// How long what is not used is saved up.
const SAVED_S: f64 = 1.0;

/// The rate of one limit.
#[derive(Debug)]
pub(super) struct EntityRate {
    /// Entities a second, as the documentation has them.
    documented: f64,
    /// Entities a second; `None` while nothing was refused.
    rate: Option<f64>,
    is_measured: bool,
    refused_at: Duration,
    changed_at: Duration,
}

/// How many entities may be asked for at a time, of what one limit counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct EntityCredit {
    /// Less than none where more was asked for.
    entities: f64,
    at: Duration,
    /// Since when not all was saved up, whether all was saved up then, and what was taken since.
    busy_since: Duration,
    was_full: bool,
    taken: f64,
    /// What was reserved for requests that are not answered yet.
    pending: f64,
}

impl EntityRate {
    pub(super) fn new(documented: f64) -> Self {
        Self {
            documented,
            rate: None,
            is_measured: false,
            refused_at: Duration::ZERO,
            changed_at: Duration::ZERO,
        }
    }

    /// Whether something was refused, so that requests wait.
    pub(super) fn is_known(&self) -> bool {
        self.rate.is_some()
    }

    /// The rate by which credit is counted: the documented one while nothing was refused.
    pub(super) fn credit_rate(&self) -> f64 {
        self.rate.unwrap_or(self.documented)
    }

    /// The wait of a request whose entities were taken of `credit`. The rate grows while requests wait.
    pub(super) fn wait(&mut self, credit: &EntityCredit, now: Duration) -> Duration {
        let Some(rate) = self.rate else {
            return Duration::ZERO;
        };
        let passed = now.saturating_sub(self.changed_at).as_secs_f64();
        self.changed_at = now;
        if credit.entities >= 0.0 {
            return Duration::ZERO;
        }
        let quiet = now.saturating_sub(self.refused_at).as_secs_f64();
        let growth = if self.is_measured {
            (GROWTH * (quiet / GROWTH_DOUBLES_AFTER).exp2()).min(GROWTH_MAX)
        } else {
            GROWTH_UNMEASURED
        };
        self.rate = Some(rate * (1.0 + growth * passed.min(1.0)));
        Duration::from_secs_f64(-credit.entities / rate)
    }

    /// Whether a request that was sent at this time has been on its way with one that was refused. They are refused
    /// together.
    pub(super) fn was_refused_since(&self, sent: Duration) -> bool {
        self.is_known() && self.refused_at >= sent
    }

    /// A request for so many entities, which were reserved of `credit`, and which was sent at this time, has been refused.
    pub(super) fn refused(
        &mut self,
        credit: &mut EntityCredit,
        entities: f64,
        (sent, now): (Duration, Duration),
    ) {
        if self.was_refused_since(sent) {
            return;
        }
        let is_first = !self.is_known();
        let measured = credit.measured(entities, self.credit_rate(), now);
        let rate = match (self.rate, measured) {
            (Some(rate), Some(measured)) => rate.min(measured),
            (Some(rate), None) => rate,
            (None, Some(measured)) => measured.max(self.documented),
            (None, None) => self.documented,
        };
        self.is_measured |= measured.is_some();
        self.rate = Some((rate * AFTER_REFUSAL).max(1.0));
        // The service had nothing left for it, and others are on their way.
        credit.entities = if is_first {
            -credit.pending
        } else {
            credit.entities.min(-credit.pending)
        };
        (self.refused_at, self.changed_at) = (now, now);
    }
}

impl EntityCredit {
    /// Of something that was not used yet: all that is saved up.
    pub(super) fn full(rate: f64, now: Duration) -> Self {
        Self {
            entities: rate * SAVED_S,
            at: now,
            busy_since: now,
            was_full: true,
            taken: 0.0,
            pending: 0.0,
        }
    }

    /// What there is at a later time, at this rate.
    pub(super) fn at(self, rate: f64, now: Duration) -> Self {
        let passed = now.saturating_sub(self.at).as_secs_f64();
        let entities = self.entities + passed * rate;
        if entities >= rate * SAVED_S {
            let pending = self.pending;
            return Self {
                pending,
                ..Self::full(rate, now)
            };
        }
        let mut later = Self {
            entities,
            at: now,
            ..self
        };
        let used = now.saturating_sub(self.busy_since);
        if used > MEASURED_MAX {
            later.taken = (self.taken - self.pending) / 2.0 + self.pending;
            later.busy_since += used / 2;
            later.was_full = false;
        }
        later
    }

    pub(super) fn is_full(&self, rate: f64) -> bool {
        self.entities >= rate * SAVED_S
    }

    /// Takes so many entities for a request.
    pub(super) fn reserve(&mut self, entities: f64) {
        self.take(entities);
        self.pending += entities;
    }

    /// A request for which so many were reserved was answered, or will not be.
    pub(super) fn release(&mut self, reserved: f64) {
        self.pending = (self.pending - reserved).max(0.0);
    }

    /// Takes so many entities; negative ones are given back.
    pub(super) fn take(&mut self, entities: f64) {
        self.entities -= entities;
        self.taken += entities;
    }

    /// What is left, as a part of what is saved up at most. Less than nothing where more was taken.
    pub(super) fn left(&self, rate: f64) -> f64 {
        self.entities / (rate * SAVED_S)
    }

    /// How many entities a second were admitted at most, where it was used long enough; begins to measure again then.
    /// The service may have had nearly enough left for the refused request, which was for so many entities.
    fn measured(&mut self, refused: f64, rate: f64, now: Duration) -> Option<f64> {
        let (saved, least) = if self.was_full {
            (SAVED_S, MEASURED_S_MIN_SAVED)
        } else {
            (0.0, MEASURED_S_MIN)
        };
        let used = now.saturating_sub(self.busy_since).as_secs_f64();
        if used < least + MEASURED_REQUESTS_MIN * refused / rate {
            return None;
        }
        let measured = (self.taken - self.pending + refused) / (used + saved);
        (self.busy_since, self.was_full, self.taken) = (now, false, self.pending);
        Some(measured.max(1.0))
    }
}
