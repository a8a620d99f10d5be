//! The cards at the top of a report: throughput, bytes, objects, requests.

use std::fmt::Write as _;

use azring_core::report::Measured;

use super::html::Text;
use super::page::ReportData;
use super::scale::{latency, short_count};
use crate::console::{bits, count, size};

impl ReportData<'_> {
    /// Writes the cards.
    pub(super) fn write_cards(&self, out: &mut String) {
        let history = self.history;
        let seconds = self.elapsed().as_secs_f64().max(1e-3);
        out.push_str("<dl class=\"cards\">\n");
        let copied = if self.is_preview {
            "Would be copied"
        } else {
            let rate = self.bytes() as f64 / seconds;
            let value = format!("{}/s", size(rate as u64));
            write_card(out, "Throughput", value, bits(rate));
            "Copied"
        };
        let objects = format!("in {} object(s)", count(history.done));
        write_card(out, copied, size(self.bytes()), objects);
        let all = self
            .summary()
            .map_or(history.done, |summary| summary.listed);
        let more = format!(
            "{}/s; {}",
            short_count(history.done as f64 / seconds),
            self.other_objects()
        );
        write_card(out, "Objects in all", count(all), more);
        if let Some(entities) = self.summary().and_then(|summary| summary.entities) {
            write_card(out, "Entities", count(entities), "of the table".to_owned());
        }
        if let Some(measured) = &history.measured {
            self.write_request_cards(out, measured, seconds);
        }
        out.push_str("</dl>\n");
    }

    /// The objects that this run did not copy: skipped, failed, interrupted, of an earlier run.
    fn other_objects(&self) -> String {
        let history = self.history;
        let summary = self.summary();
        let earlier = summary.map_or(0, |summary| summary.done.saturating_sub(history.done));
        let others: Vec<_> = [
            (history.skipped, "skipped"),
            (history.failed, "failed"),
            (history.interrupted, "interrupted"),
            (earlier, "in an earlier run"),
        ]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{} {what}", count(number)))
        .collect();
        if others.is_empty() {
            "none failed, none skipped".to_owned()
        } else {
            others.join(", ")
        }
    }

    fn write_request_cards(&self, out: &mut String, measured: &Measured, seconds: f64) {
        let retries = self.summary().map_or(0, |summary| summary.retries);
        let rate = short_count(measured.succeeded as f64 / seconds);
        let all = format!(
            "{} in all, {} retries",
            count(measured.succeeded),
            count(retries)
        );
        write_card(out, "Requests", format!("{rate}/s"), all);
        if let Some(p50) = measured.latencies.percentile(0.5) {
            let p99 = measured.latencies.percentile(0.99).unwrap_or(p50);
            let most = format!("median; 99 of 100 at most {}", latency(p99));
            write_card(out, "Request time", latency(p50), most);
        }
    }
}

fn write_card(out: &mut String, name: &str, value: String, more: String) {
    let _ = writeln!(
        out,
        "<div class=\"card\"><dt>{name}</dt><dd>{} <small>{}</small></dd></div>",
        Text(value),
        Text(more)
    );
}
