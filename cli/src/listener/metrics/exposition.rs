//! The text format of Prometheus, version 0.0.4.
//!
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>

use std::fmt::Write as _;

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricKind {
    /// It only grows while the process runs.
    Counter,
    /// It may take any value.
    Gauge,
    /// Quantiles, a sum and a count.
    Summary,
}

/// A text that grows metric by metric.
#[derive(Debug, Default)]
pub(super) struct Exposition {
    text: String,
    name: &'static str,
}

impl Exposition {
    /// Begins a metric, whose samples follow.
    pub(super) fn metric(&mut self, name: &'static str, kind: MetricKind, help: &str) -> &mut Self {
        let kind = match kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Summary => "summary",
        };
        self.name = name;
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
        self
    }

    /// A sample of the metric, without labels.
    pub(super) fn value(&mut self, value: f64) -> &mut Self {
        let name = self.name;
        self.line(format_args!("{name} {value}"));
        self
    }

    /// A sample of the metric with these labels.
    pub(super) fn labelled(&mut self, labels: &[(&str, &str)], value: f64) -> &mut Self {
        let labels = labels
            .iter()
            .map(|(label, text)| format!("{label}=\"{}\"", escaped(text)));
        let (name, labels) = (self.name, labels.collect::<Vec<_>>().join(","));
        self.line(format_args!("{name}{{{labels}}} {value}"));
        self
    }

    /// A sample of a summary: its sum or its count.
    pub(super) fn part(&mut self, part: &str, value: f64) -> &mut Self {
        let name = self.name;
        self.line(format_args!("{name}_{part} {value}"));
        self
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a text cannot fail.
        let _written = writeln!(self.text, "{line}");
    }
}

/// The value of a label.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}
