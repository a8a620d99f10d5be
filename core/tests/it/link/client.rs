//! A client: the rule that steers it, what it has under way, and what it sees of that.
//!
//! The [`world`](super::world) asks it what it starts next, and tells it what moved and how each request ended; at the end of a
//! window it shows its rule what an engine would have seen.

use std::collections::VecDeque;
use std::time::Duration;

use azring_core::schedule::tuner::{
    Decision, OPENING, Pace, PushbackCause, Sample, UploadEstimate, UploadWindow, WINDOW,
};

use super::disk::Desk;
use super::rules::Rule;
use super::scenario::Scenario;

/// Where a client begins that does not remember.
const START: u32 = 16;

/// Blocks in memory beyond those of requests: they are at the disk.
const BLOCKS_AHEAD: u32 = 8;

/// What a client may have in memory, in bytes.
const MEMORY_BYTES: f64 = 512.0 * 1024.0 * 1024.0;

/// One window of one client, as it was.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Past {
    /// When it ended, in seconds.
    pub(crate) time: f64,
    /// Bytes that were not for nothing.
    pub(crate) good_bytes: f64,
    /// Bytes that were.
    pub(crate) failed_bytes: f64,
    /// Attempts that succeeded, and attempts that the service refused.
    pub(crate) succeeded: u32,
    pub(crate) refused: u32,
    /// What held.
    pub(crate) decision: Decision,
}

/// What a client starts next.
pub(super) enum Next {
    /// Nothing, until something has ended.
    Nothing,
    /// It will see at this time.
    At(f64),
    /// A request that was refused, again.
    Again(usize),
    /// One of so many bytes.
    Fresh(f64),
}

/// One of those that share a link.
pub(super) struct Client {
    rule: Rule,
    decision: Decision,
    is_first_window: bool,
    /// Requests that have begun and not ended.
    pub(super) under_way: u32,
    /// Of them, those that share the link now.
    pub(super) active: u32,
    next_start: f64,
    /// It has been promised to be woken.
    pub(super) woken: bool,
    hold_until: f64,
    /// Requests that were refused and may be tried again.
    pub(super) again: VecDeque<usize>,
    /// Bytes that went over the link in this window.
    pub(super) moved: f64,
    sample: Sample,
    /// What had been taken by somebody in between at the end of the last window, and had not gone on.
    between: f64,
    /// What the window has seen so far.
    look: Sample,
    /// How long those took that ended in this window, summed up.
    took_s: f64,
    uploads: UploadEstimate,
    seen_under_way: (u32, u32),
    seen_at_disk: u32,
    failed: f64,
    /// Attempts that succeeded and attempts that were refused in this window.
    attempts: (u32, u32),
    /// What its processor was busy for in this window, in seconds.
    pub(super) busy_s: f64,
    /// Every window so far.
    pub(super) past: Vec<Past>,
    /// Connections that have been made.
    pub(super) warm: u32,
    pub(super) disk: Option<Desk>,
    for_memory: u32,
}

impl Client {
    /// One that has done nothing.
    pub(super) fn new(rule: Rule, scenario: &Scenario) -> Self {
        let decision = rule.decision(scenario.request_bytes);
        Self {
            decision,
            is_first_window: rule.ramps(),
            rule,
            under_way: 0,
            active: 0,
            next_start: 0.0,
            woken: false,
            hold_until: 0.0,
            again: VecDeque::new(),
            moved: 0.0,
            between: 0.0,
            sample: Sample::default(),
            look: Sample::default(),
            took_s: 0.0,
            uploads: UploadEstimate::default(),
            seen_under_way: (0, 0),
            seen_at_disk: 0,
            failed: 0.0,
            attempts: (0, 0),
            busy_s: 0.0,
            past: Vec::new(),
            warm: 0,
            disk: scenario.disk.map(|disk| Desk::new(disk, decision.turns)),
            for_memory: 0,
        }
    }

    /// What it starts now, by limit, memory and pace.
    pub(super) fn next(&mut self, scenario: &Scenario, now: f64) -> Next {
        let mut limit = self.decision.concurrency;
        if self.is_first_window {
            limit = (OPENING + self.sample.succeeded).min(START);
        }
        let is_again = !self.again.is_empty();
        let bytes = if scenario.is_blocks {
            self.decision.block_bytes as f64
        } else {
            scenario.request_bytes as f64
        };
        if self.disk.is_some() && !scenario.is_upload && !is_again {
            let blocks = self.under_way + self.at_disk();
            let most = ((MEMORY_BYTES / bytes) as u32).max(2);
            let is_out = blocks >= most;
            self.for_memory = if is_out {
                limit.saturating_sub(self.under_way)
            } else {
                0
            };
            if is_out || blocks >= limit + BLOCKS_AHEAD {
                return Next::Nothing;
            }
        }
        if !is_again && self.under_way >= limit {
            return Next::Nothing;
        }
        let earliest = self.next_start.max(self.hold_until);
        if earliest > now {
            return Next::At(earliest);
        }
        let gap = match self.decision.pace {
            None => 0.0,
            Some(Pace::Bytes(rate)) => bytes / rate,
            Some(Pace::Requests(rate)) => 1.0 / rate,
        };
        self.next_start = self.next_start.max(now - 0.01) + gap;
        if let Some(flow) = self.again.pop_front() {
            return Next::Again(flow);
        }
        self.under_way += 1;
        Next::Fresh(bytes)
    }

    /// What is at its disk, or waits for it.
    fn at_disk(&self) -> u32 {
        self.disk.as_ref().map_or(0, Desk::has)
    }

    /// A small exchange or a new connection took so long, in seconds.
    pub(super) fn saw_round_trip(&mut self, took_s: f64) {
        let seen = Duration::from_secs_f64(took_s.max(1e-6));
        let least = self.sample.round_trip;
        self.sample.round_trip = Some(least.map_or(seen, |least| least.min(seen)));
    }

    /// A request has succeeded.
    pub(super) fn ended(&mut self, bytes: f64, took_s: f64) {
        self.took_s += took_s.max(1e-6);
        self.sample.succeeded += 1;
        self.attempts.0 += 1;
        self.sample.succeeded_bytes += bytes as u64;
        self.under_way -= 1;
    }

    /// One was refused, for which so many bytes had gone.
    pub(super) fn was_refused(&mut self, vain: f64, scenario: &Scenario) {
        let budget = &scenario.budget;
        self.failed += vain;
        self.sample.refused += 1;
        self.attempts.1 += 1;
        self.sample.retry_after = budget.retry_after_s.map(Duration::from_secs_f64);
        self.sample.cause = budget
            .names_cause
            .then_some(if budget.bytes_per_second.is_some() {
                PushbackCause::Bytes
            } else {
                PushbackCause::Requests
            });
    }

    /// One was given up, for which so many bytes had gone.
    pub(super) fn gave_up(&mut self, vain: f64) {
        self.failed += vain;
        self.sample.timeouts += 1;
    }

    /// A window has passed, at whose end so many bytes are in between: where it says enough, the rule is shown what was seen of
    /// it.
    pub(super) fn window(&mut self, scenario: &Scenario, now: f64, between: f64) {
        let moved = std::mem::take(&mut self.moved);
        let failed = std::mem::take(&mut self.failed);
        let good = match &mut self.disk {
            // What has only been received is not there yet.
            Some(disk) if !scenario.is_upload => disk.moved(),
            _ => moved - failed,
        };
        let (succeeded, refused) = std::mem::take(&mut self.attempts);
        self.past.push(Past {
            time: now,
            good_bytes: good,
            failed_bytes: failed,
            succeeded,
            refused,
            decision: self.decision,
        });
        self.look.window += WINDOW;
        let before = std::mem::replace(&mut self.between, between);
        self.look.moved_bytes += (moved + between - before).max(0.0) as u64;
        self.look.failed_bytes += failed as u64;
        let at_disk = self.at_disk();
        self.sample.under_way = if scenario.is_upload {
            self.under_way - at_disk
        } else {
            self.under_way
        };
        self.seen_under_way.0 += self.sample.under_way;
        self.seen_under_way.1 += 1;
        self.seen_at_disk += at_disk;
        if !scenario.waits_for_answers() || self.sample.is_telling(self.look.window) {
            let sample = self.sample(scenario);
            self.steer(&sample, scenario.request_bytes, now);
        }
    }

    /// What was seen since the rule was last shown something.
    fn sample(&mut self, scenario: &Scenario) -> Sample {
        let look = std::mem::take(&mut self.look);
        let mut sample = std::mem::take(&mut self.sample);
        sample.window = look.window;
        sample.failed_bytes = look.failed_bytes;
        let (under_way, looks) = std::mem::take(&mut self.seen_under_way);
        sample.at_disk = std::mem::take(&mut self.seen_at_disk) / looks;
        sample.for_memory = self.for_memory;
        if let Some(disk) = &mut self.disk {
            (sample.disk_ended, sample.disk_bytes) = disk.look();
        }
        let answered = UploadWindow {
            window_s: look.window.as_secs_f64(),
            requests: sample.succeeded.into(),
            bytes: sample.succeeded_bytes as f64,
            took_s: std::mem::take(&mut self.took_s),
            under_way: f64::from(under_way) / f64::from(looks),
            left: sample.under_way.into(),
        };
        sample.moved_bytes = if scenario.waits_for_answers() {
            let moved = self.uploads.moved(&answered);
            moved.unwrap_or(sample.succeeded_bytes as f64) as u64 + look.failed_bytes
        } else {
            look.moved_bytes
        };
        if scenario.is_upload && !scenario.waits_for_answers() {
            sample.answers = self.uploads.answers(&answered);
        }
        sample.processor = std::mem::take(&mut self.busy_s) / look.window.as_secs_f64();
        sample
    }

    fn steer(&mut self, sample: &Sample, request_bytes: u64, now: f64) {
        self.rule.step(sample);
        self.is_first_window &= sample.succeeded == 0 && sample.moved_bytes == 0;
        self.decision = self.rule.decision(request_bytes);
        if let Some(disk) = &mut self.disk {
            disk.set(self.decision.turns);
        }
        if let Some(hold) = self.decision.hold {
            self.hold_until = self.hold_until.max(now + hold.as_secs_f64());
        }
    }
}
