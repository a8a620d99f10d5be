//! The state of a run at one moment, and its text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use azring_core::report::Totals;
use azring_core::schedule::tuner::{Bound, Pace};
use azring_transport::traffic::Tally;

use super::exposition::{Exposition, MetricKind::Counter, MetricKind::Gauge, MetricKind::Summary};

/// The quantiles of the durations of requests.
const QUANTILES: [(&str, f64); 3] = [("0.5", 0.5), ("0.9", 0.9), ("0.99", 0.99)];

/// What is the same in all versions of the file.
#[derive(Debug, Clone)]
pub(super) struct RunFacts {
    /// The number of the job.
    pub(super) job: String,
    /// The shard of the process, as `i/N`; empty without one.
    pub(super) shard: String,
    pub(super) began: SystemTime,
}

/// What only the events of a run tell.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EventCounts {
    pub(super) skipped_bytes: u64,
    pub(super) failed_bytes: u64,
    pub(super) deleted: u64,
    pub(super) deletions_failed: u64,
    pub(super) pace: Option<Pace>,
}

/// The end of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunEnded {
    pub(super) at: SystemTime,
    pub(super) exit_code: u8,
}

/// One version of the file.
pub(super) struct Snapshot<'a> {
    pub(super) facts: &'a RunFacts,
    pub(super) now: SystemTime,
    pub(super) totals: &'a Totals,
    pub(super) counts: EventCounts,
    /// Bytes per second.
    pub(super) rate: u64,
    pub(super) ended: Option<RunEnded>,
}

impl Snapshot<'_> {
    /// The content of the file.
    pub(super) fn text(&self) -> String {
        let mut out = Exposition::default();
        self.run(&mut out);
        self.objects(&mut out);
        self.bytes(&mut out);
        self.requests(&mut out);
        self.limits(&mut out);
        self.outages(&mut out);
        out.into_text()
    }

    fn run(&self, out: &mut Exposition) {
        let facts = self.facts;
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        let job = [("job", &*facts.job), ("shard", &*facts.shard)];
        out.metric("azring_build_info", Gauge, "The version of azring.")
            .labelled(&version, 1.0);
        out.metric("azring_job_info", Gauge, "The job and its shard.")
            .labelled(&job, 1.0);
        out.metric("azring_start_time_seconds", Gauge, "When the run began.")
            .value(seconds(facts.began));
        let help = "When this version of the file was written.";
        out.metric("azring_update_time_seconds", Gauge, help)
            .value(seconds(self.now));
        let running = f64::from(u8::from(self.ended.is_none()));
        out.metric("azring_running", Gauge, "Whether the run goes on.")
            .value(running);
        if let Some(ended) = self.ended {
            out.metric("azring_end_time_seconds", Gauge, "When the run ended.")
                .value(seconds(ended.at));
            out.metric("azring_exit_code", Gauge, "The exit code of the process.")
                .value(f64::from(ended.exit_code));
        }
    }

    fn objects(&self, out: &mut Exposition) {
        let totals = self.totals;
        let get = |counter| Totals::get(counter) as f64;
        out.metric(
            "azring_listed_objects",
            Gauge,
            "Objects that were selected so far.",
        )
        .value(get(&totals.listed));
        out.metric("azring_listed_bytes", Gauge, "The bytes of these objects.")
            .value(get(&totals.listed_bytes));
        out.metric(
            "azring_listing_complete",
            Gauge,
            "Whether the listing has ended.",
        )
        .value(get(&totals.listing_done).min(1.0));
        out.metric("azring_objects_total", Counter, "Objects that have ended.")
            .labelled(&[("state", "done")], get(&totals.done))
            .labelled(&[("state", "skipped")], get(&totals.skipped))
            .labelled(&[("state", "failed")], get(&totals.failed))
            .labelled(&[("state", "interrupted")], get(&totals.interrupted));
        out.metric(
            "azring_object_bytes_total",
            Counter,
            "The bytes of objects that have ended.",
        )
        .labelled(&[("state", "done")], get(&totals.done_bytes))
        .labelled(&[("state", "skipped")], self.counts.skipped_bytes as f64)
        .labelled(&[("state", "failed")], self.counts.failed_bytes as f64);
        out.metric(
            "azring_earlier_objects",
            Gauge,
            "Objects that an earlier run had settled.",
        )
        .labelled(&[("state", "done")], get(&totals.done_before))
        .labelled(&[("state", "skipped")], get(&totals.skipped_before));
        out.metric(
            "azring_deleted_objects_total",
            Counter,
            "Objects that were deleted.",
        )
        .labelled(&[("result", "deleted")], self.counts.deleted as f64)
        .labelled(&[("result", "failed")], self.counts.deletions_failed as f64);
    }

    fn bytes(&self, out: &mut Exposition) {
        let (totals, tally) = (self.totals, self.tally());
        let moved = Totals::get(&totals.moved_bytes) as f64;
        let kept = Totals::get(&totals.kept_bytes) as f64;
        out.metric(
            "azring_bytes_transferred_total",
            Counter,
            "Bytes of objects that were transferred.",
        )
        .value(moved);
        out.metric(
            "azring_bytes_kept_total",
            Counter,
            "Bytes that an earlier run had transferred.",
        )
        .value(kept);
        let help = "The rate of the last five seconds.";
        out.metric("azring_transfer_rate_bytes_per_second", Gauge, help)
            .value(self.rate as f64);
        out.metric(
            "azring_network_sent_bytes_total",
            Counter,
            "Bytes that were sent.",
        )
        .value(tally.sent_bytes as f64);
        out.metric(
            "azring_network_received_bytes_total",
            Counter,
            "Bytes that were received.",
        )
        .value(tally.received_bytes as f64);
        let help = "Sent and received bytes of attempts that failed.";
        out.metric("azring_network_wasted_bytes_total", Counter, help)
            .value(tally.failed_bytes as f64);
    }

    fn requests(&self, out: &mut Exposition) {
        let tally = self.tally();
        out.metric("azring_requests_total", Counter, "Attempts of requests.")
            .labelled(&[("result", "succeeded")], tally.succeeded as f64)
            .labelled(&[("result", "throttled")], tally.refused as f64)
            .labelled(&[("result", "timed_out")], tally.timeouts as f64);
        let retries = Totals::get(&self.totals.retries) as f64;
        out.metric(
            "azring_request_retries_total",
            Counter,
            "Requests that were sent again.",
        )
        .value(retries);
        let help = "Late requests that were sent a second time beside the first.";
        out.metric("azring_requests_hedged_total", Counter, help)
            .value(tally.hedged as f64);
        let latencies = self.totals.traffic.latencies();
        let help = "The durations of requests that succeeded.";
        out.metric("azring_request_duration_seconds", Summary, help);
        for (name, share) in QUANTILES {
            if let Some(took) = latencies.percentile(share) {
                out.labelled(&[("quantile", name)], took.as_secs_f64());
            }
        }
        out.part("sum", tally.succeeded_us as f64 / 1e6)
            .part("count", tally.succeeded as f64);
    }

    fn limits(&self, out: &mut Exposition) {
        let totals = self.totals;
        out.metric(
            "azring_requests_in_flight",
            Gauge,
            "Requests that are under way.",
        )
        .value(totals.under_way() as f64);
        let help = "Requests that may be under way at once.";
        out.metric("azring_concurrency_limit", Gauge, help)
            .value(Totals::get(&totals.concurrency) as f64);
        let help = "The rate at which requests may begin.";
        match self.counts.pace {
            Some(Pace::Bytes(rate)) => {
                out.metric("azring_pace_bytes_per_second", Gauge, help)
                    .value(rate);
            }
            Some(Pace::Requests(rate)) => {
                out.metric("azring_pace_requests_per_second", Gauge, help)
                    .value(rate);
            }
            None => {}
        }
        let help = "The time in which throttling limited the rate.";
        out.metric("azring_throttled_seconds_total", Counter, help)
            .value(Totals::get(&totals.throttled_ms) as f64 / 1e3);
        out.metric("azring_bound", Gauge, "What limits the rate.");
        let now = totals.bound();
        for bound in Bound::ALL {
            let is_now = f64::from(u8::from(bound == now));
            out.labelled(&[("cause", &bound.to_string())], is_now);
        }
    }

    fn outages(&self, out: &mut Exposition) {
        let availability = self.totals.traffic.availability();
        let lasts = self.totals.outages();
        let longest = lasts.iter().max().copied().unwrap_or(Duration::ZERO);
        out.metric("azring_outages", Gauge, "Services that cannot be reached.")
            .value(lasts.len() as f64);
        out.metric(
            "azring_outage_seconds",
            Gauge,
            "How long the longest outage lasts.",
        )
        .value(longest.as_secs_f64());
        out.metric(
            "azring_outages_ended_total",
            Counter,
            "Outages that are over.",
        )
        .value(f64::from(availability.ended()));
    }

    fn tally(&self) -> Tally {
        self.totals.traffic.tally()
    }
}

/// Seconds since 1970, to the millisecond.
fn seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_millis() as f64 / 1e3
}
