//! The text of the metrics, and what happens when it cannot be written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use azring_core::report::{Event, Summary, Totals};
use azring_core::schedule::tuner::Pace;
use azring_core::select::NameShard;
use proptest::prelude::*;

use super::exposition::{Exposition, MetricKind};
use super::snapshot::{EventCounts, RunEnded, RunFacts, Snapshot};
use super::*;
use crate::console::testing::{Printed, console};
use crate::ending::Ending;
use crate::job_id::JobId;
use crate::listener::{Listener as _, RunEnd};
use crate::metrics_file::MetricsFile;

const METRICS: &str = include_str!("METRICS.md");

/// A metric as it was read: its type, and its samples with their names and labels.
#[derive(Debug, Default)]
struct ReadMetric {
    kind: String,
    samples: BTreeMap<String, f64>,
}

/// Reads a text by the rules of the format, and fails where it breaks one.
fn read(text: &str) -> BTreeMap<String, ReadMetric> {
    let is_name = |name: &str| {
        let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':';
        name.starts_with(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
    };
    let mut all: BTreeMap<String, ReadMetric> = BTreeMap::new();
    let mut now = String::new();
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and a text");
            assert!(is_name(name) && !help.is_empty(), "{line}");
            assert!(!all.contains_key(name), "{name} comes twice");
            name.clone_into(&mut now);
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            assert_eq!(name, now);
            assert!(["counter", "gauge", "summary"].contains(&kind), "{line}");
            all.entry(now.clone()).or_default().kind = kind.to_owned();
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
            let name = sample.split('{').next().unwrap_or_default();
            let metric = all.get_mut(&now).expect("the type comes first");
            let is_part = metric.kind == "summary"
                && ["_sum", "_count"]
                    .iter()
                    .any(|part| name == format!("{now}{part}"));
            assert!(name == now || is_part, "{line} after {now}");
            check_labels(&sample[name.len()..]);
            let value = value.parse().expect("a number");
            let earlier = metric.samples.insert(sample.to_owned(), value);
            assert!(earlier.is_none(), "{sample} comes twice");
        }
    }
    all
}

/// Checks `{name="value",…}`, where a value has escaped quotes, backslashes and newlines.
fn check_labels(labels: &str) {
    if labels.is_empty() {
        return;
    }
    let mut rest = labels.strip_prefix('{').expect("it begins");
    loop {
        let (name, after) = rest.split_once("=\"").expect("a label");
        assert!(
            name.chars().all(|c| c.is_ascii_lowercase() || c == '_'),
            "{labels}"
        );
        let mut letters = after.char_indices();
        let end = loop {
            match letters.next().expect("the value ends") {
                (_, '\\') => {
                    let escaped = letters.next().map(|(_, letter)| letter);
                    assert!(matches!(escaped, Some('\\' | '"' | 'n')), "{labels}");
                }
                (at, '"') => break at,
                (_, letter) => assert_ne!(letter, '\n'),
            }
        };
        match &after[end + 1..] {
            "}" => return,
            more => rest = more.strip_prefix(',').expect("another label"),
        }
    }
}

fn facts() -> RunFacts {
    RunFacts {
        job: "01ababab".to_owned(),
        shard: NameShard::new(2, 4).expect("it is one").to_string(),
        began: UNIX_EPOCH + Duration::from_secs(1000),
    }
}

fn text(totals: &Totals, counts: EventCounts, exit_code: Option<u8>) -> String {
    let now = UNIX_EPOCH + Duration::from_millis(1_060_500);
    let facts = facts();
    let snapshot = Snapshot {
        facts: &facts,
        now,
        totals,
        counts,
        rate: 7,
        ended: exit_code.map(|exit_code| RunEnded { at: now, exit_code }),
    };
    snapshot.text()
}

#[test]
fn a_running_process_tells_its_counts_and_no_exit_code() {
    let totals = Totals::default();
    Totals::add(&totals.done, 3);
    Totals::add(&totals.done_bytes, 3000);
    Totals::add(&totals.throttled_ms, 1250);
    let counts = EventCounts {
        skipped_bytes: 5,
        pace: Some(Pace::Requests(12.5)),
        ..EventCounts::default()
    };
    let read = read(&text(&totals, counts, None));
    let value = |sample: &str| {
        let name = sample.split('{').next().unwrap_or_default();
        read[name].samples[sample]
    };
    for (sample, expected) in [
        ("azring_job_info{job=\"01ababab\",shard=\"2/4\"}", 1.0),
        ("azring_start_time_seconds", 1000.0),
        ("azring_update_time_seconds", 1060.5),
        ("azring_running", 1.0),
        ("azring_objects_total{state=\"done\"}", 3.0),
        ("azring_object_bytes_total{state=\"done\"}", 3000.0),
        ("azring_object_bytes_total{state=\"skipped\"}", 5.0),
        ("azring_throttled_seconds_total", 1.25),
        ("azring_pace_requests_per_second", 12.5),
        ("azring_transfer_rate_bytes_per_second", 7.0),
        ("azring_bound{cause=\"unknown\"}", 1.0),
        ("azring_bound{cause=\"service\"}", 0.0),
    ] {
        assert!(
            (value(sample) - expected).abs() < 1e-9,
            "{sample}: {}",
            value(sample)
        );
    }
    assert!(!read.contains_key("azring_exit_code"));
    assert!(!read.contains_key("azring_pace_bytes_per_second"));
}

#[test]
fn a_process_that_has_ended_tells_its_exit_code() {
    let read = read(&text(&Totals::default(), EventCounts::default(), Some(75)));
    let of = |name: &str| read[name].samples[name];
    assert!((of("azring_exit_code") - 75.0).abs() < 1e-9);
    assert!(of("azring_running").abs() < 1e-9);
    assert!((of("azring_end_time_seconds") - 1060.5).abs() < 1e-9);
}

#[test]
fn every_metric_is_documented_with_its_type_and_no_other() {
    let rows: BTreeMap<&str, &str> = METRICS
        .lines()
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split_once("` | "))
        .map(|(name, rest)| (name, rest.split(' ').next().unwrap_or_default()))
        .collect();
    let mut found = BTreeMap::new();
    for pace in [Pace::Bytes(1.0), Pace::Requests(1.0)] {
        let counts = EventCounts {
            pace: Some(pace),
            ..EventCounts::default()
        };
        found.extend(read(&text(&Totals::default(), counts, Some(0))));
    }
    let kinds: BTreeMap<&str, &str> = found
        .iter()
        .map(|(name, metric)| (name.as_str(), metric.kind.as_str()))
        .collect();
    assert_eq!(kinds, rows);
}

/// The rules of Prometheus for names: counters end in `_total`, and units are base units.
/// <https://prometheus.io/docs/practices/naming/>
#[test]
fn names_say_the_unit_and_whether_they_only_grow() {
    let read = read(&text(&Totals::default(), EventCounts::default(), Some(0)));
    for (name, metric) in &read {
        assert!(name.starts_with("azring_"), "{name}");
        assert_eq!(metric.kind == "counter", name.ends_with("_total"), "{name}");
        let units: BTreeSet<&str> = name.split('_').collect();
        for unit in ["ms", "milliseconds", "kb", "mb", "percent"] {
            assert!(!units.contains(unit), "{name}");
        }
    }
}

#[test]
fn a_reader_sees_one_version_or_the_next_and_nothing_else_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = MetricsFile::new(folder.path().join("a.prom"));
    for text in ["1\n", "22\n"] {
        file.replace(text).expect("the folder is ours");
        assert_eq!(fs::read_to_string(file.path()).expect("it is there"), text);
    }
    let left = fs::read_dir(folder.path()).expect("a folder").count();
    assert_eq!(left, 1);
    // A folder of that name cannot be replaced, and no part is left.
    let place = MetricsFile::new(folder.path().join("b"));
    fs::create_dir(place.path()).expect("the folder is ours");
    place.replace("1\n").expect_err("it is a folder");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

fn metrics(file: &MetricsFile) -> (RunMetrics, Printed) {
    let (console, printed) = console();
    let metrics = RunMetrics::open(file, None, JobId::any(), Arc::new(console));
    (metrics.expect("the folder is ours"), printed)
}

fn end(metrics: &RunMetrics) {
    let summary = Summary::default();
    metrics.on_end(&RunEnd {
        result: Ok(&summary),
        ending: Ending::Failure,
    });
}

#[test]
fn the_last_version_is_written_when_the_run_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = MetricsFile::new(folder.path().join("a.prom"));
    let (metrics, _) = metrics(&file);
    let totals = Arc::new(Totals::default());
    metrics.on_event(&Event::Started { totals: &totals });
    Totals::add(&totals.done, 5);
    end(&metrics);
    let read = read(&fs::read_to_string(file.path()).expect("it is there"));
    let of = |name: &str, sample: &str| read[name].samples[sample];
    assert!((of("azring_exit_code", "azring_exit_code") - 1.0).abs() < 1e-9);
    let done = of(
        "azring_objects_total",
        "azring_objects_total{state=\"done\"}",
    );
    assert!((done - 5.0).abs() < 1e-9);
}

#[test]
fn a_file_that_cannot_be_written_any_more_is_a_warning_and_no_lost_output() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("below");
    fs::create_dir(&below).expect("the folder is ours");
    let (metrics, printed) = metrics(&MetricsFile::new(below.join("a.prom")));
    fs::remove_dir_all(&below).expect("the folder is ours");
    end(&metrics);
    let messages = printed.messages();
    assert!(
        messages.contains("[WARNING] cannot write the metrics"),
        "{messages}"
    );
    assert!(!messages.contains("[ERROR]"), "{messages}");
}

proptest! {
    #[test]
    fn any_label_is_escaped(text in "\\PC*|[\\\\\"\n]*") {
        let mut out = Exposition::default();
        out.metric("a_info", MetricKind::Gauge, "A text.").labelled(&[("b", &text)], 1.0);
        read(&out.into_text());
    }
}
