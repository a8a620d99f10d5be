//! The facts at the end of a report: command, times, exit code, traffic.

use std::fmt::Write as _;

use azring_core::report::Measured;
use azring_transport::traffic::Latencies;

use super::html::Text;
use super::page::ReportData;
use super::scale::{latency, moment};
use crate::console::{count, size};

impl ReportData<'_> {
    /// Writes the facts.
    pub(super) fn write_facts(&self, out: &mut String) {
        out.push_str("<h2>Run</h2>\n<dl class=\"card facts\">\n");
        for (name, value) in self.facts() {
            let value = Text(value);
            let _ = if name == "Command" {
                writeln!(out, "<dt>{name}</dt><dd><code>{value}</code></dd>")
            } else {
                writeln!(out, "<dt>{name}</dt><dd>{value}</dd>")
            };
        }
        out.push_str("</dl>\n");
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let history = self.history;
        let mut facts = vec![
            ("Command", self.command.to_owned()),
            (
                "Start and end",
                format!(
                    "{} to {}",
                    self.begun.strftime("%Y-%m-%d %H:%M:%S%:z"),
                    self.ended.strftime("%Y-%m-%d %H:%M:%S%:z")
                ),
            ),
            ("Exit code", self.ending.code().to_string()),
            ("Machine", self.machine.clone()),
        ];
        if let Some(ledger) = &self.ledger {
            facts.push(("Ledger", ledger.path.clone()));
        }
        if let Some(mode) = &history.io_mode {
            facts.push(("File IO", mode.clone()));
        }
        let steps = history.controller.steps_text();
        if !steps.is_empty() {
            facts.push(("Concurrent requests", steps));
        }
        if let Some(measured) = &history.measured {
            facts.extend(self.request_facts(measured));
        }
        facts
    }

    fn request_facts(&self, measured: &Measured) -> [(&'static str, String); 4] {
        let throttled = self.history.controller.throttled();
        [
            (
                "Network traffic",
                format!(
                    "{} sent, {} received; {} of that wasted by failed requests",
                    size(measured.sent_bytes),
                    size(measured.received_bytes),
                    size(measured.failed_bytes)
                ),
            ),
            ("Time to first byte", percentiles(&measured.first_bytes)),
            ("Time to last byte", percentiles(&measured.latencies)),
            (
                "Throttling",
                format!(
                    "{} throttled attempt(s), {} unanswered; throttling limited the rate for {}",
                    count(measured.refused),
                    count(measured.timeouts),
                    moment(throttled.as_secs_f64())
                ),
            ),
        ]
    }
}

fn percentiles(of: &Latencies) -> String {
    let shares = [
        ("half within", 0.5),
        ("9 of 10 within", 0.9),
        ("99 of 100 within", 0.99),
        ("all within", 1.0),
    ];
    let percentiles = shares
        .iter()
        .filter_map(|(name, share)| Some(format!("{name} {}", latency(of.percentile(*share)?))));
    let percentiles: Vec<_> = percentiles.collect();
    if percentiles.is_empty() {
        "no requests".to_owned()
    } else {
        percentiles.join(", ")
    }
}
