//! The trace of the controller: one line of JSON per window of a quarter of a second.
//!
//! A line has the measurements and the decisions of the window. `JSON.md` describes the fields.

use std::io;
use std::path::Path;
use std::sync::Arc;

use azring_core::report::{Event, Window};
use azring_core::schedule::tuner::{Pace, PushbackCause};
use serde_json::{Map, Value, json};

use super::listeners::{Listener, RunEnd};
use super::record_file::RecordFile;
use crate::console::Console;

/// Writes the trace of one run.
pub(crate) struct Trace {
    file: RecordFile,
}

impl Trace {
    /// Begins a trace at `path` and replaces an existing file.
    pub(crate) fn open(path: &Path, console: Arc<Console>) -> io::Result<Self> {
        let file = RecordFile::replace(path, "trace of the controller", console)?;
        Ok(Self { file })
    }
}

impl Listener for Trace {
    fn on_event(&self, event: &Event<'_>) {
        if let Event::Window(window) = event {
            self.file
                .write(&format!("{}\n", Value::Object(fields(window))));
        }
    }

    fn on_end(&self, _end: &RunEnd<'_>) {
        self.file.finish();
    }
}

/// The fields of a window. Unknown ones are left out.
fn fields(window: &Window) -> Map<String, Value> {
    let (sample, decision) = (&window.sample, &window.decision);
    let (pace_bytes, pace_requests) = match decision.pace {
        Some(Pace::Bytes(rate)) => (Some(rate as u64), None),
        Some(Pace::Requests(rate)) => (None, Some(rate)),
        None => (None, None),
    };
    let ms = |time: std::time::Duration| time.as_millis() as u64;
    let micros = |time: std::time::Duration| time.as_micros() as u64;
    let all = json!({
        "time_ms": ms(window.at),
        "window_ms": ms(sample.window),
        "good_bytes_per_second": sample.good_bytes_per_second() as u64,
        "moved_bytes": sample.moved_bytes,
        "failed_bytes": sample.failed_bytes,
        "succeeded": sample.succeeded,
        "refused": sample.refused,
        "cause": sample.cause.map(|cause| match cause {
            PushbackCause::Bytes => "bytes",
            PushbackCause::Requests => "requests",
        }),
        "retry_after_ms": sample.retry_after.map(ms),
        "timeouts": sample.timeouts,
        "raced": sample.raced,
        "round_trip_us": sample.round_trip.map(micros),
        "under_way": sample.under_way,
        "at_disk": sample.at_disk,
        "disk_ended": sample.disk_ended,
        "disk_bytes": sample.disk_bytes,
        "for_memory": sample.for_memory,
        "starved": sample.starved,
        "processor": (sample.processor * 1000.0).round() / 1000.0,
        "p50_us": window.p50.map(micros),
        "p99_us": window.p99.map(micros),
        "concurrency": decision.concurrency,
        "pace_bytes_per_second": pace_bytes,
        "pace_requests_per_second": pace_requests,
        "hold_ms": decision.hold.map(ms),
        "block_bytes": decision.block_bytes,
        "disk_turns": decision.turns,
        "phase": decision.phase.to_string(),
        "bound": decision.bound.to_string(),
    });
    let Value::Object(mut fields) = all else {
        return Map::new();
    };
    fields.retain(|_, value| !value.is_null());
    fields
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use azring_core::schedule::tuner::{Bound, Phase};

    use super::*;
    use crate::listener::record::JSON;
    use crate::report::samples::tests::window;

    #[test]
    fn every_field_of_a_window_is_documented() {
        let time = Some(Duration::from_millis(7));
        for pace in [Pace::Bytes(1e6), Pace::Requests(5.0)] {
            let mut window = window(250, 8, Phase::Hold, Bound::Disk);
            window.sample.cause = Some(PushbackCause::Bytes);
            (window.sample.retry_after, window.sample.round_trip) = (time, time);
            (window.p50, window.p99) = (time, time);
            (window.decision.pace, window.decision.hold) = (Some(pace), time);
            window.decision.turns = Some(4);
            let fields = fields(&window);
            assert_eq!(fields["disk_turns"], 4);
            for name in fields.keys() {
                assert!(JSON.contains(&format!("`{name}`")), "{name}");
            }
        }
    }

    #[test]
    fn where_the_disk_may_have_as_many_as_come_there_is_no_number() {
        let window = window(250, 8, Phase::Hold, Bound::Network);
        assert!(!fields(&window).contains_key("disk_turns"));
    }
}
