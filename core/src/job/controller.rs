//! Steers a run: measures each window, asks the tuner, and sets concurrency and rate.
//!
//! It runs on the coordinator's thread, every quarter of a second.

use std::sync::Arc;
use std::time::Duration;

use async_channel::WeakReceiver;
use azring_transport::buffer::MemoryPressure;
use azring_transport::disk::{DiskLoad, DiskTally, OPERATIONS_MAX};
use azring_transport::traffic::{self, Latencies, Tally, Traffic};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::processor::Processor;
use crate::report::{Measured, Totals, Window};
use crate::schedule::remembered::Remembered;
use crate::schedule::tuner::{
    AnswerRate, Decision, Pace, PushbackCause, Range, Sample, Tuner, UploadEstimate, UploadWindow,
    WINDOW,
};
use crate::schedule::{ChunkSizeHint, Gate};
use crate::transfer::Work;

/// A longer window is not measured: the user was asked something, or the machine slept.
const WINDOW_MAX: Duration = WINDOW.saturating_mul(20);

/// Requests that moved at least this many bytes each in a window are known to move.
const SEEN_BYTES: u64 = 16 * 1024;

/// With this few requests left, the link has room for a second attempt at one of them.
const FEW_LEFT: u32 = 4;

/// Where a controller sees whether something is left to begin.
pub(super) enum WorkSource {
    /// The queue of the workers. It is weak: once all workers are gone, the queue must look closed.
    Queue(WeakReceiver<Work>),
    /// The permits of a run without workers, which has nothing to begin whenever one of them is free.
    Permits,
    /// The requests of threads that have no permits, which have nothing to do while none is under way.
    Requests,
}

/// What a controller needs.
pub(super) struct ControllerInputs {
    pub(super) range: Range,
    pub(super) gate: Gate,
    pub(super) traffic: Arc<Traffic>,
    pub(super) disk: Arc<DiskLoad>,
    pub(super) memory: Arc<MemoryPressure>,
    pub(super) chunk_size_hint: ChunkSizeHint,
    /// The longest chunk that is wanted under the cap on the rate, in bytes.
    pub(super) capped_chunk_bytes: Option<u64>,
    pub(super) work: WorkSource,
    pub(super) cores: u32,
    pub(super) remembered: Option<Remembered>,
}

/// Sums over the ticks of a window.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    under_way: u32,
    at_disk: u32,
    for_memory: u32,
    ticks: u32,
    /// The cap on the rate held requests back.
    held_back: bool,
}

/// What is known of the services' outages, from one window to the next.
#[derive(Debug, Clone, Copy, Default)]
struct Outages {
    ended: u32,
    is_met: bool,
}

/// The controller of a run.
pub(super) struct Controller {
    inputs: ControllerInputs,
    tuner: Tuner,
    processor: Processor,
    obeyed: Decision,
    seen: Seen,
    uploads: UploadEstimate,
    outages: Outages,
    begun: Instant,
    looked: Instant,
    before: Tally,
    disk_before: DiskTally,
    latencies: Latencies,
    ticks: Interval,
}

impl Controller {
    /// Begins now.
    pub(super) fn new(inputs: ControllerInputs) -> Self {
        let now = Instant::now();
        let mut ticks = interval_at(now + WINDOW, WINDOW);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let tuner = Tuner::new(inputs.range);
        Self {
            obeyed: tuner.decision(),
            seen: Seen::default(),
            uploads: UploadEstimate::default(),
            outages: Outages::default(),
            tuner,
            processor: Processor::new(inputs.cores),
            begun: now,
            looked: now,
            before: inputs.traffic.take_tally(),
            disk_before: inputs.disk.tally(),
            latencies: inputs.traffic.latencies(),
            ticks,
            inputs,
        }
    }

    /// Waits for the end of a window.
    pub(super) async fn tick(&mut self) {
        self.ticks.tick().await;
    }

    /// Whether the window that has ended can be measured.
    ///
    /// Where the arrival of uploads cannot be observed, only their answers say what moved. Then a
    /// window needs as many answers as requests are in flight.
    pub(super) fn is_telling(&mut self) -> bool {
        self.look_for_outage();
        let (before, now) = (&self.before, self.inputs.traffic.tally());
        let disk = self.inputs.disk.tally();
        self.seen.under_way += now.under_way;
        self.seen.at_disk += disk.under_way + disk.waiting;
        self.seen.for_memory += self.inputs.memory.waiting();
        self.seen.ticks += 1;
        self.seen.held_back |= now.held_back > 0;
        let starved = self.is_starved();
        let is_there = starved && are_few(now.under_way, self.obeyed.concurrency);
        self.inputs.traffic.set_hedging(is_there);
        let mut seen = now.received_bytes - before.received_bytes;
        if sees_arrivals(&now) {
            seen += now.arrived_bytes - before.arrived_bytes;
        }
        seen > SEEN_BYTES * u64::from(now.under_way) || {
            let sample = Sample {
                succeeded: (now.succeeded - before.succeeded) as u32,
                refused: (now.refused - before.refused) as u32,
                timeouts: (now.timeouts - before.timeouts) as u32,
                under_way: now.under_way,
                starved,
                ..Sample::default()
            };
            sample.is_telling(self.looked.elapsed())
        }
    }

    /// Steers by the window that has ended, and returns its measurements.
    pub(super) fn steer(&mut self, totals: &Totals) -> Window {
        let now = Instant::now();
        let long = now - self.looked;
        let tally = self.inputs.traffic.take_tally();
        let sample = self.sample(long, &tally);
        let latencies = self.inputs.traffic.latencies();
        let these = latencies.since(&self.latencies);
        (self.looked, self.before, self.latencies) = (now, tally, latencies);
        self.look_for_outage();
        // What happens during an outage says nothing about the link.
        let has_outage = std::mem::take(&mut self.outages.is_met);
        let decision = if long > WINDOW_MAX || has_outage {
            self.tuner.decision()
        } else {
            self.tuner.step(&sample)
        };
        if decision != self.obeyed {
            self.obey(&decision);
            self.obeyed = decision;
        }
        let window = Window {
            at: now - self.begun,
            p50: these.percentile(0.5),
            p99: these.percentile(0.99),
            sample,
            decision,
        };
        totals.steered(&window);
        window
    }

    /// The sums since the run began.
    pub(super) fn measured(&self) -> Measured {
        Measured::of(&self.inputs.traffic)
    }

    /// Stores the number of requests for the next run.
    pub(super) fn remember(self) {
        if let (Some(remembered), Some(number)) = (self.inputs.remembered, self.tuner.settled()) {
            remembered.keep(number);
        }
    }

    fn sample(&mut self, long: Duration, tally: &Tally) -> Sample {
        let before = &self.before;
        let before_delayed = (before.delayed, before.succeeded);
        let received_bytes = tally.received_bytes - before.received_bytes;
        let sent_bytes = tally.sent_bytes - before.sent_bytes;
        let failed_bytes = tally.failed_bytes - before.failed_bytes;
        let seen = std::mem::take(&mut self.seen);
        let ticks = seen.ticks.max(1);
        let arrived_bytes = tally.arrived_bytes - before.arrived_bytes;
        let answered = UploadWindow {
            window_s: long.as_secs_f64(),
            requests: (tally.succeeded - before.succeeded) as f64,
            bytes: (tally.succeeded_bytes - before.succeeded_bytes) as f64,
            took_s: (tally.succeeded_us - before.succeeded_us) as f64 / 1e6,
            under_way: f64::from(seen.under_way) / f64::from(ticks),
            left: tally.under_way.into(),
        };
        let (answers, uploaded) = if arrived_bytes.max(sent_bytes) <= received_bytes {
            (AnswerRate::AsMoved, arrived_bytes)
        } else if sees_arrivals(tally) || sees_arrivals(before) {
            (self.uploads.answers(&answered), arrived_bytes)
        } else {
            let moved = self.uploads.moved(&answered);
            let moved = moved.map_or(sent_bytes, |moved| moved as u64 + failed_bytes);
            (AnswerRate::AsMoved, moved)
        };
        let disk = self.inputs.disk.tally();
        let disk_before = std::mem::replace(&mut self.disk_before, disk);
        let refused_for_bytes = tally.refused_for_bytes - before.refused_for_bytes;
        let refused_for_requests = tally.refused_for_requests - before.refused_for_requests;
        Sample {
            window: long,
            moved_bytes: received_bytes + uploaded,
            failed_bytes,
            answers,
            succeeded: (tally.succeeded - before.succeeded) as u32,
            succeeded_bytes: tally.succeeded_bytes - before.succeeded_bytes,
            refused: (tally.refused - before.refused) as u32,
            cause: match (refused_for_bytes, refused_for_requests) {
                (0, 0) => None,
                (bytes, requests) if bytes >= requests => Some(PushbackCause::Bytes),
                _ => Some(PushbackCause::Requests),
            },
            retry_after: tally.retry_after,
            timeouts: (tally.timeouts - before.timeouts) as u32,
            raced: (tally.hedged - before.hedged) as u32,
            round_trip: tally.round_trip,
            under_way: tally.under_way,
            at_disk: seen.at_disk / ticks,
            disk_ended: (disk.ended - disk_before.ended) as u32,
            disk_bytes: disk.moved_bytes - disk_before.moved_bytes,
            for_memory: seen.for_memory / ticks,
            capped: seen.held_back || is_held_back(tally, before_delayed),
            starved: self.is_starved(),
            processor: self.processor.busy(long),
        }
    }

    fn look_for_outage(&mut self) {
        let availability = self.inputs.traffic.availability();
        let ended = availability.ended();
        self.outages.is_met |= availability.has_outage() || ended != self.outages.ended;
        self.outages.ended = ended;
    }

    fn is_starved(&self) -> bool {
        let ControllerInputs { gate, traffic, .. } = &self.inputs;
        match &self.inputs.work {
            WorkSource::Queue(queue) => {
                gate.has_free() && queue.upgrade().is_none_or(|queue| queue.is_empty())
            }
            WorkSource::Permits => gate.has_free(),
            WorkSource::Requests => traffic.under_way() == 0,
        }
    }

    fn obey(&self, decision: &Decision) {
        if !self.inputs.range.is_fixed {
            self.inputs.gate.set(decision.concurrency);
        }
        self.inputs
            .traffic
            .set_pace(decision.pace.map(|pace| match pace {
                Pace::Bytes(rate) => traffic::Pace::Bytes(rate),
                Pace::Requests(rate) => traffic::Pace::Requests(rate),
            }));
        let chunk_bytes = decision.block_bytes;
        let most = self.inputs.capped_chunk_bytes.unwrap_or(chunk_bytes);
        self.inputs.chunk_size_hint.set(chunk_bytes.min(most));
        let turns = decision.turns.unwrap_or(OPERATIONS_MAX);
        self.inputs.disk.set(turns);
        if let Some(wait) = decision.hold {
            self.inputs.traffic.hold(wait);
        }
    }
}

/// Whether the cap on the rate has delayed half of the requests since these were delayed and had succeeded.
fn is_held_back(now: &Tally, (delayed, succeeded): (u64, u64)) -> bool {
    let delayed = now.delayed - delayed;
    delayed > 0 && 2 * delayed >= now.succeeded - succeeded
}

/// Whether the arrival of sent bytes is observed before their request is answered.
fn sees_arrivals(tally: &Tally) -> bool {
    tally.arrived_bytes > tally.sent_bytes
}

/// Whether so few requests are left that a late one may be sent twice.
///
/// As long as there are more, they fill the link, and a late request is only one of many.
fn are_few(left: u32, concurrency: u32) -> bool {
    left <= (concurrency / FEW_LEFT).max(FEW_LEFT)
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::net::TcpListener;
    use std::pin::Pin;

    use azring_transport::auth::Credential;
    use azring_transport::client::{Client, Settings};
    use azring_transport::http::{Account, Endpoint, Request, Scheme};
    use azring_transport::service::Service;
    use futures_util::FutureExt;
    use http::Method;

    use super::*;

    /// A controller that allows sixteen requests at once, and has nothing to do.
    fn controller(traffic: &Arc<Traffic>) -> Controller {
        let range = Range {
            start: 16,
            least: 1,
            most: 16,
            is_fixed: true,
            block_bytes: 1,
            keeps_block_bytes: true,
        };
        Controller::new(ControllerInputs {
            range,
            gate: Gate::fixed(1, range.start),
            traffic: Arc::clone(traffic),
            disk: Arc::default(),
            memory: Arc::default(),
            chunk_size_hint: ChunkSizeHint::default(),
            capped_chunk_bytes: None,
            work: WorkSource::Permits,
            cores: 1,
            remembered: None,
        })
    }

    /// A request in flight, to a service that never answers.
    fn unanswered(client: &Client, service: &TcpListener) -> Pin<Box<dyn Future<Output = ()>>> {
        let endpoint = Endpoint {
            scheme: Scheme::Http,
            host: "127.0.0.1".into(),
            port: service.local_addr().unwrap().port(),
        };
        let account = Arc::new(Account::new(Service::Blob, endpoint, Credential::Anonymous));
        let (client, request) = (client.clone(), Request::new(Method::GET, &account, "/"));
        let mut sent = Box::pin(async move { drop(client.send(&request).await) });
        assert!(sent.as_mut().now_or_never().is_none());
        sent
    }

    #[tokio::test]
    async fn a_late_request_may_go_twice_once_the_last_few_are_left_and_not_before() {
        let settings = Arc::new(Settings::default());
        let client = Client::new(Arc::clone(&settings)).unwrap();
        let service = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut controller = controller(&settings.traffic);
        let mut left: Vec<_> = (0..=FEW_LEFT)
            .map(|_| unanswered(&client, &service))
            .collect();
        let mut may_go_twice = |left: &[_]| {
            assert_eq!(settings.traffic.under_way() as usize, left.len());
            controller.is_telling();
            settings.traffic.allows_hedging()
        };
        assert!(!may_go_twice(&left), "five of sixteen fill the link");
        left.pop();
        assert!(may_go_twice(&left), "four do not");
        left.push(unanswered(&client, &service));
        assert!(!may_go_twice(&left), "and five do again");
    }

    #[test]
    fn the_last_few_are_a_part_of_what_there_may_be_at_once() {
        assert!(are_few(16, 64) && !are_few(17, 64));
        assert!(are_few(128, 512) && !are_few(129, 512));
    }

    #[test]
    fn where_few_go_at_once_the_last_few_are_few_all_the_same() {
        for concurrency in [1, 4, 8, 16] {
            assert!(are_few(FEW_LEFT, concurrency), "{concurrency}");
            assert!(!are_few(FEW_LEFT + 1, concurrency), "{concurrency}");
        }
    }
}
