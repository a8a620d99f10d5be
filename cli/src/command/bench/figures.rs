//! The figures of a run, as text for people and as a record.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use azring_core::options::Options;
use azring_core::report::{Event, Measured, Summary};
use azring_transport::traffic::Latencies;
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};

use crate::console::{Console, bits, count, size};
use crate::intent::BenchDirection;
use crate::listener::record::record;
use crate::listener::{Listener, RunEnd};
use crate::mask::masked;
use crate::report::samples::RunHistory;

/// The percentiles of latencies that are shown. The last one is the maximum.
const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)];

const GIB: f64 = (1_u64 << 30) as f64;

/// Gathers the figures of a run and prints them at its end.
pub(super) struct FigureListener {
    console: Arc<Console>,
    way: BenchDirection,
    /// The service's end of the copy, as text.
    place: String,
    is_json: bool,
    history: RefCell<RunHistory>,
    /// The processor time of this process when the run began.
    before: Duration,
}

impl FigureListener {
    pub(super) fn new(
        console: Arc<Console>,
        way: BenchDirection,
        options: &Options,
        is_json: bool,
    ) -> Self {
        let place = match way {
            BenchDirection::Up => &options.target,
            BenchDirection::Down => &options.source,
        };
        Self {
            console,
            way,
            place: masked(&place.to_string()),
            is_json,
            history: RefCell::default(),
            before: processor_time(),
        }
    }
}

impl Listener for FigureListener {
    fn on_event(&self, event: &Event<'_>) {
        self.history.borrow_mut().add(event);
    }

    fn on_end(&self, end: &RunEnd<'_>) {
        let history = self.history.borrow();
        let (Ok(summary), Some(measured)) = (end.result, &history.measured) else {
            return;
        };
        // A run without objects is reported as a failure elsewhere.
        if summary.listed == 0 {
            return;
        }
        let found = RunFigures {
            way: self.way,
            place: &self.place,
            summary,
            history: &history,
            measured,
            processor: processor_time().saturating_sub(self.before),
        };
        self.console.result(&if self.is_json {
            record(Timestamp::now(), "bench", &found.fields())
        } else {
            found.text()
        });
    }
}

/// The processor time of this process, on all cores together.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The figures of a run.
struct RunFigures<'a> {
    way: BenchDirection,
    place: &'a str,
    summary: &'a Summary,
    history: &'a RunHistory,
    measured: &'a Measured,
    processor: Duration,
}

impl RunFigures<'_> {
    fn per_second(&self, amount: u64) -> f64 {
        amount as f64 / self.summary.elapsed.as_secs_f64().max(1e-3)
    }

    /// Processor seconds per GiB transferred; `None` if nothing was transferred.
    fn processor_per_gib(&self) -> Option<f64> {
        let gib = self.summary.bytes as f64 / GIB;
        (gib > 0.0).then(|| self.processor.as_secs_f64() / gib)
    }

    fn text(&self) -> String {
        let mut text = self.headline();
        for (name, value) in self.rows() {
            if !value.is_empty() {
                let _ = write!(text, "\n  {name:14} {value}");
            }
        }
        text
    }

    /// What was transferred, and in what time.
    fn headline(&self) -> String {
        let summary = self.summary;
        let (done, preposition) = match self.way {
            BenchDirection::Up => ("Uploaded", "to"),
            BenchDirection::Down => ("Downloaded", "from"),
        };
        let mut text = format!(
            "{done} {} object(s), {}, {preposition} {} in {:.2} s",
            count(summary.done),
            size(summary.bytes),
            self.place,
            summary.elapsed.as_secs_f64()
        );
        if summary.failed > 0 {
            let _ = write!(text, "; {} failed", count(summary.failed));
        }
        text
    }

    /// The figures below the headline, each with its name. An unknown figure is empty.
    fn rows(&self) -> [(&'static str, String); 8] {
        let Self {
            summary, measured, ..
        } = self;
        let rate = self.per_second(summary.bytes);
        let mut processor = format!("{:.2} s", self.processor.as_secs_f64());
        if let Some(per_gib) = self.processor_per_gib() {
            let _ = write!(processor, ", {per_gib:.3} s for each GiB");
        }
        let requests = format!(
            "{}, {:.1} per second; {} throttled by the service, {} unanswered, {} retries",
            count(measured.succeeded),
            self.per_second(measured.succeeded),
            count(measured.refused),
            count(measured.timeouts),
            count(summary.retries)
        );
        [
            (
                "throughput",
                format!("{}/s ({})", size(rate as u64), bits(rate)),
            ),
            (
                "objects",
                format!("{:.1} per second", self.per_second(summary.done)),
            ),
            ("requests", requests),
            ("to first byte", latencies(&measured.first_bytes)),
            ("to last byte", latencies(&measured.latencies)),
            ("concurrency", self.history.controller.steps_text()),
            ("limited by", self.history.controller.bounds_text()),
            ("processor", processor),
        ]
    }

    fn fields(&self) -> Value {
        let Self {
            summary,
            measured,
            history,
            ..
        } = self;
        let path = &history.controller;
        let steps: Vec<Value> = path
            .steps()
            .iter()
            .map(|(at, number)| json!({ "time_ms": ms(*at), "concurrency": number }))
            .collect();
        let bounds: serde_json::Map<_, _> = path
            .bounds()
            .into_iter()
            .map(|(bound, share)| (bound.to_string(), json!(rounded(share))))
            .collect();
        let range = path.range();
        json!({
            "direction": self.way.word(),
            "place": self.place,
            "objects": summary.done,
            "failed": summary.failed,
            "bytes": summary.bytes,
            "elapsed_ms": ms(summary.elapsed),
            "bytes_per_second": self.per_second(summary.bytes) as u64,
            "objects_per_second": rounded(self.per_second(summary.done)),
            "requests": measured.succeeded,
            "requests_per_second": rounded(self.per_second(measured.succeeded)),
            "refused": measured.refused,
            "timeouts": measured.timeouts,
            "retries": summary.retries,
            "throttled_ms": ms(path.throttled()),
            "first_byte_us": percentiles(&measured.first_bytes),
            "last_byte_us": percentiles(&measured.latencies),
            "concurrency": {
                "least": range.map(|(least, _)| least),
                "most": range.map(|(_, most)| most),
                "last": path.last(),
                "climb": steps,
            },
            "limited_by": bounds,
            "processor_ms": ms(self.processor),
            "processor_seconds_per_gib": self.processor_per_gib().map(rounded),
        })
    }
}

fn ms(time: Duration) -> u64 {
    time.as_millis() as u64
}

/// Rounds to three decimals.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// Like `p50 1.2 ms, p90 3.0 ms, p99 8.1 ms, max 20 ms`; empty when there were none.
fn latencies(of: &Latencies) -> String {
    let shown = SHARES.iter().filter_map(|(name, share)| {
        let took = of.percentile(*share)?;
        Some(format!("{name} {}", short(took)))
    });
    shown.collect::<Vec<_>>().join(", ")
}

fn percentiles(of: &Latencies) -> Value {
    let shown = SHARES.iter().filter_map(|(name, share)| {
        let took = of.percentile(*share)?;
        Some(((*name).to_owned(), json!(took.as_micros() as u64)))
    });
    Value::Object(shown.collect())
}

/// Three significant digits: `850 us`, `1.25 ms`, `20.1 ms`, `1.04 s`.
fn short(time: Duration) -> String {
    let micros = time.as_micros() as f64;
    match micros {
        ..1000.0 => format!("{micros:.0} us"),
        ..10_000.0 => format!("{:.2} ms", micros / 1e3),
        ..100_000.0 => format!("{:.1} ms", micros / 1e3),
        ..1_000_000.0 => format!("{:.0} ms", micros / 1e3),
        _ => format!("{:.2} s", micros / 1e6),
    }
}

#[cfg(test)]
mod tests {
    use azring_core::schedule::tuner::{Bound, Phase};
    use azring_transport::traffic::Traffic;
    use insta::assert_snapshot;

    use super::*;
    use crate::report::samples::tests::window;

    /// The figures as text and as a record.
    fn figures() -> (String, Value) {
        let mut history = RunHistory::default();
        for (at, number, bound) in [(250, 4, Bound::Unknown), (500, 8, Bound::Network)] {
            history.add(&Event::Window(&window(at, number, Phase::Climb, bound)));
        }
        // Requests without a measured latency: the rows of latencies are left out.
        let traffic = Traffic::default();
        let measured = Measured {
            succeeded: 40,
            refused: 2,
            timeouts: 1,
            sent_bytes: 1 << 30,
            received_bytes: 1,
            failed_bytes: 0,
            first_bytes: traffic.first_bytes(),
            latencies: traffic.latencies(),
        };
        let summary = Summary {
            listed: 11,
            done: 10,
            failed: 1,
            bytes: 3 << 29,
            retries: 3,
            elapsed: Duration::from_millis(1500),
            ..Summary::default()
        };
        let found = RunFigures {
            way: BenchDirection::Up,
            place: "https://a.blob.core.windows.net/c/",
            summary: &summary,
            history: &history,
            measured: &measured,
            processor: Duration::from_millis(750),
        };
        (found.text(), found.fields())
    }

    #[test]
    fn the_figures_are_reported_in_lines() {
        assert_snapshot!(figures().0, @"
        Uploaded 10 object(s), 1.50 GiB, to https://a.blob.core.windows.net/c/ in 1.50 s; 1 failed
          throughput     1.00 GiB/s (8.59 Gbit/s)
          objects        6.7 per second
          requests       40, 26.7 per second; 2 throttled by the service, 1 unanswered, 3 retries
          concurrency    4 after 0.2 s, 8 after 0.5 s
          limited by     not known yet 50 %, the network or the service's speed 50 %
          processor      0.75 s, 0.500 s for each GiB
        ");
    }

    #[test]
    fn the_record_has_the_same_figures() {
        let fields = figures().1;
        assert_eq!(fields["bytes_per_second"], 1_u64 << 30);
        assert_eq!(fields["concurrency"]["most"], 8);
        assert_eq!(fields["limited_by"]["network"], 0.5);
        assert_eq!(fields["processor_seconds_per_gib"], 0.5);
        assert_eq!(
            (&fields["refused"], &fields["retries"]),
            (&2.into(), &3.into())
        );
        assert_eq!(fields["first_byte_us"], json!({}));
    }

    #[test]
    fn times_have_three_digits_or_so() {
        let shown =
            [17, 1250, 20_100, 204_000, 1_040_000].map(|us| short(Duration::from_micros(us)));
        assert_eq!(shown, ["17 us", "1.25 ms", "20.1 ms", "204 ms", "1.04 s"]);
    }
}
