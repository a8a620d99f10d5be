//! The page of a report: the result first, then figures, failures, charts and slowest objects.

use std::fmt::Write as _;
use std::time::Duration;

use azring_core::report::Summary;
use jiff::Zoned;

use super::document;
use super::failures::LedgerLink;
use super::histogram::Histogram;
use super::html::Text;
use super::over_time::{self, Drawing};
use super::samples::RunHistory;
use super::scale::{self, latency, moment, trimmed};
use crate::console::{count, size};
use crate::ending::Ending;

/// The data of a report.
pub(super) struct ReportData<'a> {
    pub(super) version: &'a str,
    /// The command, masked.
    pub(super) command: &'a str,
    pub(super) source: &'a str,
    pub(super) target: &'a str,
    pub(super) is_preview: bool,
    pub(super) begun: &'a Zoned,
    pub(super) ended: &'a Zoned,
    pub(super) outcome: RunResult<'a>,
    pub(super) ending: Ending,
    pub(super) history: &'a RunHistory,
    pub(super) ledger: Option<LedgerLink>,
    /// The name of this machine, its cores and its kernel.
    pub(super) machine: String,
}

/// The result of the run.
pub(super) enum RunResult<'a> {
    /// The run ended with these counts.
    Run(&'a Summary),
    /// The run could not begin or continue, for this reason.
    Broken(String),
}

/// The whole page.
pub(super) fn page(data: &ReportData<'_>) -> String {
    let mut out = document::begin(data.version, data.what_it_was());
    data.write_head(&mut out);
    data.write_cards(&mut out);
    data.write_failures(&mut out);
    data.write_charts(&mut out);
    data.write_slowest(&mut out);
    data.write_facts(&mut out);
    document::end(&mut out, data.version);
    out
}

impl ReportData<'_> {
    pub(super) fn summary(&self) -> Option<&Summary> {
        match self.outcome {
            RunResult::Run(summary) => Some(summary),
            RunResult::Broken(_) => None,
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.summary().map_or_else(
            || self.begun.duration_until(self.ended).unsigned_abs(),
            |summary| summary.elapsed,
        )
    }

    /// The bytes that this run transferred, without those of earlier runs.
    pub(super) fn bytes(&self) -> u64 {
        self.history.sizes.bytes()
    }

    fn what_it_was(&self) -> String {
        let (source, target) = (self.source, self.target);
        match (source, target) {
            ("generated data", _) => format!("measured to {target}"),
            (_, "nowhere") => format!("measured from {source}"),
            _ => format!("{source} to {target}"),
        }
    }

    /// The state of the run in one or two words, and whether it is good.
    fn state(&self) -> (String, bool) {
        match self.ending {
            Ending::Success if self.is_preview => ("Preview: nothing was copied".into(), true),
            Ending::Success => ("Complete".into(), true),
            Ending::Signal(_) => ("Interrupted".into(), false),
            _ if self.history.failed > 0 => {
                (format!("{} failed", count(self.history.failed)), false)
            }
            _ => ("Failed".into(), false),
        }
    }

    fn write_head(&self, out: &mut String) {
        let (state, is_good) = self.state();
        let title = match (self.source, self.target) {
            ("generated data", _) => "Speed of uploads",
            (_, "nowhere") => "Speed of downloads",
            _ => "Copy",
        };
        let _ = write!(
            out,
            "<header>\n<div class=\"top\"><h1>{title}</h1><span class=\"state {}\">{}</span></div>\n\
             <p class=\"way\"><span class=\"soft\">From</span> <b><bdi>{}</bdi></b> <span class=\"soft\">to</span> <b><bdi>{}</bdi></b></p>\n\
             <p class=\"conclusion\">{}</p>\n<p class=\"soft\">{}, for {}</p>\n",
            if is_good { "good" } else { "bad" },
            Text(state),
            Text(self.source),
            Text(self.target),
            Text(self.conclusion()),
            Text(self.begun.strftime("%-d %B %Y, %H:%M:%S %Z")),
            Text(spoken(self.elapsed()))
        );
        if let RunResult::Broken(why) = &self.outcome {
            let _ = writeln!(out, "<p class=\"error\">{}</p>", Text(why));
        }
        out.push_str("</header>\n");
    }

    fn write_charts(&self, out: &mut String) {
        let history = self.history;
        let spans = history.windows.spans();
        let sizes = history.sizes.slots();
        if spans.is_empty() && sizes.is_empty() {
            return;
        }
        let mut is_even = false;
        out.push_str("<h2>Over time</h2>\n<div class=\"charts\">\n");
        if spans.is_empty() {
            out.push_str("<p class=\"card soft\">Nothing was transferred.</p>\n");
        } else {
            let drawing = Drawing::of(history);
            drawing.rate().write(out);
            drawing.write_bounds(out);
            drawing.concurrency().write(out);
            if let Some(chart) = drawing.turns() {
                chart.write(out);
                is_even = true;
            }
            match drawing.latency() {
                Some(chart) => chart.write(out),
                None => is_even = !is_even,
            }
            match drawing.throttles() {
                Some(chart) => chart.write(out),
                None => is_even = !is_even,
            }
        }
        if !sizes.is_empty() {
            // A chart that is alone in its row is as wide as the row.
            self.sizes(is_even).write(out);
        }
        out.push_str("</div>\n");
        if !spans.is_empty() {
            over_time::write_table(out, spans);
        }
    }

    fn sizes(&self, is_wide: bool) -> Histogram {
        let slots = self.history.sizes.slots();
        let most = slots.iter().map(|slot| slot.objects).max().unwrap_or(0);
        let (scale, ticks) = scale::counts(most as f64);
        let bars = slots.iter().map(|slot| {
            let label = whole(slot.least);
            let objects = count(slot.objects);
            let tooltip = match slot.most {
                0 => format!("empty: {objects} object(s)"),
                most => format!(
                    "{} to {}: {objects} object(s), {}",
                    whole(slot.least),
                    whole(most.saturating_add(1)),
                    size(slot.bytes)
                ),
            };
            (slot.objects as f64, label, tooltip)
        });
        let largest = slots.iter().max_by_key(|slot| slot.objects);
        Histogram {
            id: "sizes",
            title: "Object sizes",
            says: format!(
                "The number of objects of each size. The size doubles from bar to bar; most objects have {} or more.",
                whole(largest.map_or(0, |slot| slot.least))
            ),
            scale,
            ticks,
            bars: bars.collect(),
            is_wide,
        }
    }

    fn write_slowest(&self, out: &mut String) {
        let slowest = self.history.slowest.list();
        if slowest.is_empty() {
            return;
        }
        let _ = write!(
            out,
            "<h2>Slowest objects</h2>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Slowest objects\"><table><caption>The {} objects that took the longest, from the start of the \
             first chunk to the end of the object.</caption><thead><tr><th scope=\"col\" class=\"name\">Object</th><th scope=\"col\">Time</th>\
             <th scope=\"col\">Size</th><th scope=\"col\">Speed</th><th scope=\"col\">Attempts</th></tr></thead><tbody>\n",
            slowest.len()
        );
        for slow in slowest {
            let rate = slow.bytes as f64 / slow.elapsed.as_secs_f64().max(1e-6);
            let _ = writeln!(
                out,
                "<tr><th scope=\"row\" class=\"name\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td>{}/s</td><td>{}</td></tr>",
                Text(&slow.name),
                latency(slow.elapsed),
                size(slow.bytes),
                size(rate as u64),
                slow.attempts
            );
        }
        out.push_str("</tbody></table></div>\n");
    }
}

/// A power of two without decimals: `32 KiB`.
fn whole(bytes: u64) -> String {
    let text = size(bytes);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    format!("{number} {unit}")
}

fn spoken(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds @ ..60.0 => format!("{} s", trimmed(seconds)),
        seconds => moment(seconds),
    }
}

#[cfg(test)]
mod tests;
