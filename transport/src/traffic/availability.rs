//! Which endpoints cannot be reached. An outage is one event of an endpoint, not a failure of each
//! request.
//!
//! The first attempt that reaches nobody (refused, no route, no address, no connection in time)
//! marks its endpoint as down. So does silence, once several requests got no answer and none got
//! one in between. Requests to an endpoint that is down wait. One of them at a time tries after a
//! pause that grows. Success wakes all of them, and an outage that lasts too long fails all of
//! them. Any answer of the service, also 503, ends an outage. The only timers are [`Clock::sleep`]
//! and the end of the last try.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::header::HeaderValue;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::endpoint::Endpoint;
use crate::{Error, Kind, Result};

/// This many requests without an answer in a row are an outage. A single one may have its own
/// reason.
const SILENT_REQUESTS: usize = 3;

/// The first pause between two tries, the longest one, and the growth of the pauses.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(10);
const PAUSE_GROWTH: f64 = 1.6;

/// How long an outage may last before the requests that wait for its end fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiveUp {
    /// For an endpoint that has not answered yet: its name may be wrong.
    pub at_start: Duration,
    /// For an endpoint that has answered.
    pub later: Duration,
}

impl Default for GiveUp {
    fn default() -> Self {
        Self {
            at_start: Duration::from_secs(10),
            later: Duration::from_mins(5),
        }
    }
}

/// An endpoint that cannot be reached now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// The time since its first failure.
    pub lasts: Duration,
    /// The error of the last try.
    pub reason: String,
}

/// The availability of all endpoints of a run. Shared by the clients of all workers.
#[derive(Debug, Default)]
pub struct Availability {
    states: Mutex<Vec<EndpointState>>,
    /// Some endpoint is down or silent, so every request has to look. Otherwise nobody takes the
    /// lock.
    has_trouble: AtomicBool,
    is_called_off: AtomicBool,
    /// Outages that have ended. An attempt that began before the end of one says nothing about the
    /// time after it.
    ended: AtomicU32,
    changed: Notify,
}

/// The state of an endpoint.
#[derive(Debug)]
struct EndpointState {
    endpoint: Endpoint,
    has_answered: bool,
    /// The requests without an answer since the last answer, and when the first of them began.
    silent: Vec<HeaderValue>,
    silent_since: Duration,
    down: Option<OutageState>,
    /// The outage lasted too long.
    given_up: Option<Error>,
}

/// An outage.
#[derive(Debug)]
struct OutageState {
    since: Duration,
    error: Error,
    /// Connections succeed, but nothing is answered: only an answer ends this outage.
    is_silence: bool,
    tries: u32,
    is_being_tried: bool,
}

/// The permission to make an attempt. Dropping it lets another request try while the endpoint is
/// down.
#[derive(Debug)]
pub(crate) struct AttemptPermit<'a> {
    availability: &'a Availability,
    endpoint: &'a Endpoint,
    begun: Duration,
    ended: u32,
    /// The attempt is the one try of an endpoint that is down, and it ends at this time.
    until: Option<Duration>,
}

/// What a failure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureScope {
    /// The request, which has its own retries.
    Request,
    /// The endpoint: no retry is used up.
    Outage,
}

impl Availability {
    /// Waits for the permission to ask `endpoint`; at once unless it is down. `draw` gives random
    /// numbers between 0 and 1.
    ///
    /// Fails once an outage has lasted too long ([`Kind::Unreachable`]), and when the run was
    /// stopped ([`Kind::Stopped`]).
    pub(crate) async fn permit<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        give_up: GiveUp,
        clock: &dyn Clock,
        draw: impl Fn() -> f64,
    ) -> Result<AttemptPermit<'a>> {
        if !self.has_trouble() {
            return Ok(self.free(endpoint, clock));
        }
        Box::pin(self.permit_in_trouble(endpoint, give_up, clock, draw)).await
    }

    async fn permit_in_trouble<'a>(
        &'a self,
        endpoint: &'a Endpoint,
        give_up: GiveUp,
        clock: &dyn Clock,
        draw: impl Fn() -> f64,
    ) -> Result<AttemptPermit<'a>> {
        loop {
            let changed = self.changed.notified();
            let mut changed = std::pin::pin!(changed);
            changed.as_mut().enable();
            if self.is_called_off.load(Ordering::Acquire) {
                return Err(called_off());
            }
            let try_at = {
                let mut states = self.states();
                let Some(state) = states.iter_mut().find(|state| state.endpoint == *endpoint)
                else {
                    return Ok(self.free(endpoint, clock));
                };
                if let Some(error) = &state.given_up {
                    return Err(error.clone());
                }
                let until = state.end_of_patience(give_up);
                let Some(down) = &mut state.down else {
                    return Ok(self.free(endpoint, clock));
                };
                if down.is_being_tried {
                    None
                } else {
                    down.is_being_tried = true;
                    Some((pause(down.tries, draw()), until))
                }
            };
            let Some((pause, until)) = try_at else {
                changed.await;
                continue;
            };
            let mut permit = self.free(endpoint, clock);
            permit.until = Some(until);
            let left = until.saturating_sub(clock.monotonic());
            if !left.is_zero() {
                tokio::select! {
                    () = clock.sleep(pause.min(left)) => {}
                    () = self.called_off() => return Err(called_off()),
                }
            }
            permit.begun = clock.monotonic();
            if permit.begun >= until {
                return Err(self.give_up(endpoint, permit.begun));
            }
            return Ok(permit);
        }
    }

    fn free<'a>(&'a self, endpoint: &'a Endpoint, clock: &dyn Clock) -> AttemptPermit<'a> {
        AttemptPermit {
            availability: self,
            endpoint,
            begun: clock.monotonic(),
            ended: self.ended.load(Ordering::Acquire),
            until: None,
        }
    }

    /// Notes that the service answered, with any status.
    pub(crate) fn answered(&self, endpoint: &Endpoint) {
        let mut states = self.states();
        let state = EndpointState::of(&mut states, endpoint);
        state.has_answered = true;
        state.silent.clear();
        if state.down.take().is_some() {
            self.has_ended();
        }
        self.look(&states);
    }

    /// Notes that a connection was made. That ends an outage in which none could be made.
    pub(crate) fn connected(&self, endpoint: &Endpoint) {
        if !self.has_trouble() {
            return;
        }
        let mut states = self.states();
        let state = EndpointState::of(&mut states, endpoint);
        if state.down.as_ref().is_some_and(|down| !down.is_silence) {
            state.down = None;
            self.has_ended();
        }
        self.look(&states);
    }

    /// Whether [`answered`](Self::answered) must be called also for connections that have answered
    /// before.
    pub(crate) fn has_trouble(&self) -> bool {
        self.has_trouble.load(Ordering::Acquire)
    }

    /// From now on nobody waits for the end of an outage.
    pub fn call_off(&self) {
        self.is_called_off.store(true, Ordering::Release);
        self.changed.notify_waiters();
    }

    /// Whether an endpoint cannot be reached at present.
    pub fn has_outage(&self) -> bool {
        self.has_trouble() && self.states().iter().any(|state| state.down.is_some())
    }

    /// How many outages have ended since the run began.
    pub fn ended(&self) -> u32 {
        self.ended.load(Ordering::Acquire)
    }

    /// The endpoints that cannot be reached now.
    pub fn outages(&self, clock: &dyn Clock) -> Vec<Outage> {
        if !self.has_trouble() {
            return Vec::new();
        }
        let states = self.states();
        let down = states.iter().filter_map(|state| {
            let down = state.down.as_ref()?;
            Some(Outage {
                endpoint: state.endpoint.clone(),
                lasts: clock.monotonic().saturating_sub(down.since),
                reason: down.error.message().to_owned(),
            })
        });
        down.collect()
    }

    async fn called_off(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_called_off.load(Ordering::Acquire) {
                return;
            }
            changed.await;
        }
    }

    /// Fails the requests that wait for this endpoint.
    fn give_up(&self, endpoint: &Endpoint, now: Duration) -> Error {
        let mut states = self.states();
        let state = EndpointState::of(&mut states, endpoint);
        let error = match &state.down {
            Some(down) => {
                let lasted = now.saturating_sub(down.since).as_secs();
                let message = format!("{} (tried for {lasted} s)", down.error.message());
                Error::new(Kind::Unreachable, message).attempted(down.tries + 1)
            }
            None => Error::new(Kind::Unreachable, format!("cannot reach `{endpoint}`")),
        };
        state.given_up = Some(error.clone());
        drop(states);
        self.changed.notify_waiters();
        error
    }

    /// Counts the end of an outage and wakes whoever waits for it.
    fn has_ended(&self) {
        self.ended.fetch_add(1, Ordering::AcqRel);
        self.changed.notify_waiters();
    }

    fn look(&self, states: &[EndpointState]) {
        let has_trouble = states.iter().any(EndpointState::has_trouble);
        self.has_trouble.store(has_trouble, Ordering::Release);
    }

    fn states(&self) -> MutexGuard<'_, Vec<EndpointState>> {
        // Nothing is half done where a thread could panic.
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AttemptPermit<'_> {
    /// Makes the attempt. The one try of an endpoint that is down ends when the outage has lasted
    /// too long.
    pub(crate) async fn attempt<T>(
        &self,
        clock: &dyn Clock,
        mut work: Pin<&mut impl Future<Output = Result<T>>>,
    ) -> Result<T> {
        let Some(until) = self.until else {
            return work.await;
        };
        tokio::select! {
            biased;
            ended = &mut work => return ended,
            () = self.availability.called_off() => {}
            () = tokio::time::sleep(until.saturating_sub(clock.monotonic())) => {}
        }
        if !self.is_still_down() {
            // The endpoint is reached: from here on the attempt has its own limits.
            return work.await;
        }
        if self.availability.is_called_off.load(Ordering::Acquire) {
            return Err(called_off());
        }
        Err(self.availability.give_up(self.endpoint, until))
    }

    fn is_still_down(&self) -> bool {
        let mut states = self.availability.states();
        EndpointState::of(&mut states, self.endpoint).down.is_some()
    }

    /// Notes that the attempt of the request with this id failed.
    pub(crate) fn failed(self, id: &HeaderValue, error: &Error) -> FailureScope {
        // Whether one such failure is enough, and whether only an answer ends the outage. A proxy
        // accepts connections also while the service after it is away.
        let (is_certain, is_silence) = match error.kind() {
            Kind::Connect | Kind::Resolve => (true, false),
            Kind::Proxy(502..=504) => (true, true),
            Kind::Timeout | Kind::Reset { reused: false } => (false, true),
            // The outage has lasted too long, or the run was stopped.
            Kind::Unreachable | Kind::Stopped => return FailureScope::Request,
            _ => return self.was_reached(),
        };
        let mut states = self.availability.states();
        let state = EndpointState::of(&mut states, self.endpoint);
        if let Some(down) = &mut state.down {
            if self.until.is_some() {
                down.tries += 1;
                down.error = error.clone();
                down.is_silence = is_silence;
            }
            return FailureScope::Outage;
        }
        if self.ended != self.availability.ended.load(Ordering::Acquire) {
            // The attempt began before the end of an outage and failed with it.
            return if is_certain {
                FailureScope::Outage
            } else {
                FailureScope::Request
            };
        }
        let mut since = self.begun;
        if !is_certain {
            if state.silent.is_empty() {
                state.silent_since = self.begun;
            }
            if !state.silent.contains(id) {
                state.silent.push(id.clone());
            }
            since = state.silent_since;
        }
        let is_down = is_certain || state.silent.len() >= SILENT_REQUESTS;
        if is_down {
            state.down = Some(OutageState {
                since,
                error: error.clone(),
                is_silence,
                tries: 0,
                is_being_tried: false,
            });
        }
        self.availability.look(&states);
        if is_down {
            FailureScope::Outage
        } else {
            FailureScope::Request
        }
    }

    /// The failure is about the request, so the endpoint answers.
    fn was_reached(self) -> FailureScope {
        if self.until.is_some() {
            let mut states = self.availability.states();
            if EndpointState::of(&mut states, self.endpoint)
                .down
                .take()
                .is_some()
            {
                self.availability.has_ended();
            }
            self.availability.look(&states);
        }
        FailureScope::Request
    }
}

impl Drop for AttemptPermit<'_> {
    fn drop(&mut self) {
        if self.until.is_none() {
            return;
        }
        let mut states = self.availability.states();
        if let Some(down) = &mut EndpointState::of(&mut states, self.endpoint).down {
            down.is_being_tried = false;
        }
        drop(states);
        self.availability.changed.notify_waiters();
    }
}

impl EndpointState {
    fn of<'a>(states: &'a mut Vec<Self>, endpoint: &Endpoint) -> &'a mut Self {
        let known = states.iter().position(|state| state.endpoint == *endpoint);
        let at = known.unwrap_or_else(|| {
            states.push(Self {
                endpoint: endpoint.clone(),
                has_answered: false,
                silent: Vec::new(),
                silent_since: Duration::ZERO,
                down: None,
                given_up: None,
            });
            states.len() - 1
        });
        &mut states[at]
    }

    fn has_trouble(&self) -> bool {
        self.down.is_some() || !self.silent.is_empty() || self.given_up.is_some()
    }

    /// The time at which the outage will have lasted too long.
    fn end_of_patience(&self, give_up: GiveUp) -> Duration {
        let patience = if self.has_answered {
            give_up.later
        } else {
            give_up.at_start.min(give_up.later)
        };
        let since = self.down.as_ref().map_or(Duration::MAX, |down| down.since);
        since.saturating_add(patience)
    }
}

/// The pause before try number `tries`, counted from zero. It is drawn from its upper half, so that
/// many clients of a service do not come back together.
fn pause(tries: u32, draw: f64) -> Duration {
    let grown = PAUSE_FIRST.as_secs_f64() * PAUSE_GROWTH.powi(tries.min(32) as i32);
    let longest = grown.min(PAUSE_MAX.as_secs_f64());
    Duration::from_secs_f64(longest * (0.5 + draw.clamp(0.0, 1.0) / 2.0))
}

fn called_off() -> Error {
    Error::new(Kind::Stopped, "the run was stopped")
}
