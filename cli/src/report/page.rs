//! The page: what was copied, how fast, what held it up, and what took long, from the whole to the parts.

use std::fmt::Write as _;
use std::time::Duration;

use azring_core::report::Summary;
use azring_transport::traffic::Latencies;
use jiff::Zoned;

use super::histogram::Histogram;
use super::html::Text;
use super::over_time::{self, Drawing};
use super::samples::RunHistory;
use super::scale::{self, latency, moment, trimmed};
use crate::console::{bits, count, size};
use crate::ending::Ending;

const STYLE: &str = include_str!("style.css");

/// Everything that there is to tell.
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
}

/// What came of the run.
pub(super) enum RunResult<'a> {
    /// It ran.
    Run(&'a Summary),
    /// It could not begin or go on, and why.
    Broken(String),
}

/// The whole page.
pub(super) fn page(data: &ReportData<'_>) -> String {
    let mut out = String::with_capacity(128 * 1024);
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"azring {}\">\n<title>azring: {}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n",
        Text(data.version),
        Text(data.what_it_was())
    );
    data.write_head(&mut out);
    data.write_cards(&mut out);
    data.write_charts(&mut out);
    data.write_tables(&mut out);
    data.write_facts(&mut out);
    let _ = write!(
        out,
        "<footer>Written by azring {}. Nothing in this file is fetched from elsewhere.</footer>\n</body>\n</html>\n",
        Text(data.version)
    );
    out
}

impl ReportData<'_> {
    fn summary(&self) -> Option<&Summary> {
        match self.outcome {
            RunResult::Run(summary) => Some(summary),
            RunResult::Broken(_) => None,
        }
    }

    fn elapsed(&self) -> Duration {
        self.summary().map_or_else(
            || self.begun.duration_until(self.ended).unsigned_abs(),
            |summary| summary.elapsed,
        )
    }

    /// What this run has brought to its place, and not an earlier one.
    fn bytes(&self) -> u64 {
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

    /// One word or two for how it ended, and whether that is good.
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
            ("generated data", _) => "How fast uploads are",
            (_, "nowhere") => "How fast downloads are",
            _ => "What was copied",
        };
        let _ = write!(
            out,
            "<header>\n<div class=\"top\"><h1>{title}</h1><span class=\"state {}\">{}</span></div>\n\
             <p class=\"way\"><span class=\"soft\">From</span> <b><bdi>{}</bdi></b> <span class=\"soft\">to</span> <b><bdi>{}</bdi></b></p>\n\
             <p class=\"soft\">{}, for {}</p>\n",
            if is_good { "good" } else { "bad" },
            Text(state),
            Text(self.source),
            Text(self.target),
            Text(self.begun.strftime("%-d %B %Y, %H:%M:%S %Z")),
            Text(spoken(self.elapsed()))
        );
        if let RunResult::Broken(why) = &self.outcome {
            let _ = writeln!(out, "<p class=\"error\">{}</p>", Text(why));
        }
        out.push_str("</header>\n");
    }

    fn write_cards(&self, out: &mut String) {
        let history = self.history;
        let seconds = self.elapsed().as_secs_f64().max(1e-3);
        let rate = self.bytes() as f64 / seconds;
        out.push_str("<dl class=\"cards\">\n");
        let mut card = |name: &str, value: String, more: String| {
            let _ = writeln!(
                out,
                "<div class=\"card\"><dt>{name}</dt><dd>{} <small>{}</small></dd></div>",
                Text(value),
                Text(more)
            );
        };
        if !self.is_preview {
            card("Throughput", format!("{}/s", size(rate as u64)), bits(rate));
        }
        card(
            if self.is_preview {
                "Would be copied"
            } else {
                "Copied"
            },
            size(self.bytes()),
            format!("in {} object(s)", count(history.done)),
        );
        let mut others = Vec::new();
        if history.skipped > 0 {
            others.push(format!("{} left alone", count(history.skipped)));
        }
        if history.failed > 0 {
            others.push(format!("{} failed", count(history.failed)));
        }
        if history.interrupted > 0 {
            others.push(format!("{} interrupted", count(history.interrupted)));
        }
        if let Some(earlier) = self
            .summary()
            .map(|summary| summary.done.saturating_sub(history.done))
            && earlier > 0
        {
            others.push(format!("{} in an earlier run", count(earlier)));
        }
        card(
            "Objects",
            format!("{}/s", scale::short_count(history.done as f64 / seconds)),
            if others.is_empty() {
                "none failed, none left alone".to_owned()
            } else {
                others.join(", ")
            },
        );
        if let Some(measured) = &history.measured {
            let retries = self.summary().map_or(0, |summary| summary.retries);
            card(
                "Requests",
                format!(
                    "{}/s",
                    scale::short_count(measured.succeeded as f64 / seconds)
                ),
                format!(
                    "{} in all, {} sent again",
                    count(measured.succeeded),
                    count(retries)
                ),
            );
            if let Some(p50) = measured.latencies.percentile(0.5) {
                let p99 = measured.latencies.percentile(0.99).unwrap_or(p50);
                card(
                    "A request took",
                    latency(p50),
                    format!("half of them; 99 of 100 at most {}", latency(p99)),
                );
            }
        }
        out.push_str("</dl>\n");
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
            out.push_str("<p class=\"card soft\">Nothing was carried.</p>\n");
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
            // Whatever stands alone in its row has all of it.
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
            let told = match slot.most {
                0 => format!("empty: {objects} object(s)"),
                most => format!(
                    "{} to {}: {objects} object(s), {}",
                    whole(slot.least),
                    whole(most.saturating_add(1)),
                    size(slot.bytes)
                ),
            };
            (slot.objects as f64, label, told)
        });
        let largest = slots.iter().max_by_key(|slot| slot.objects);
        Histogram {
            id: "sizes",
            title: "Object sizes",
            says: format!(
                "How many objects there were of each size, which doubles from bar to bar; most of {} and more.",
                whole(largest.map_or(0, |slot| slot.least))
            ),
            scale,
            ticks,
            bars: bars.collect(),
            is_wide,
        }
    }

    fn write_tables(&self, out: &mut String) {
        let failures = self.history.failures.list();
        if !failures.is_empty() {
            out.push_str(
                "<h2>What failed</h2>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"What failed\"><table><caption>The first that failed; a ledger names all of them.</caption>\
                 <thead><tr><th scope=\"col\" class=\"name\">What</th><th scope=\"col\" class=\"name\">Why</th></tr></thead><tbody>\n",
            );
            for (name, why) in failures {
                let _ = writeln!(
                    out,
                    "<tr><th scope=\"row\" class=\"name\"><bdi>{}</bdi></th><td class=\"name\">{}</td></tr>",
                    Text(name),
                    Text(why)
                );
            }
            out.push_str("</tbody></table></div>\n");
        }
        let slowest = self.history.slowest.list();
        if slowest.is_empty() {
            return;
        }
        let _ = write!(
            out,
            "<h2>Slowest objects</h2>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Slowest objects\"><table><caption>The {} that took the longest, from when the first piece of \
             each was taken up to its end.</caption><thead><tr><th scope=\"col\" class=\"name\">Object</th><th scope=\"col\">Took</th>\
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

    fn write_facts(&self, out: &mut String) {
        let history = self.history;
        let mut facts: Vec<(&str, String)> = vec![
            ("Command", self.command.to_owned()),
            (
                "Began, ended",
                format!(
                    "{} to {}",
                    self.begun.strftime("%Y-%m-%d %H:%M:%S%:z"),
                    self.ended.strftime("%Y-%m-%d %H:%M:%S%:z")
                ),
            ),
            ("Exit code", self.ending.code().to_string()),
        ];
        if let Some(mode) = &history.io_mode {
            facts.push(("Files by", mode.clone()));
        }
        let path = &history.controller;
        if !path.told().is_empty() {
            facts.push(("Requests at once", path.told()));
        }
        if let Some(measured) = &history.measured {
            facts.push((
                "Over the network",
                format!(
                    "{} out, {} in; {} of it for nothing",
                    size(measured.sent_bytes),
                    size(measured.received_bytes),
                    size(measured.failed_bytes)
                ),
            ));
            facts.push(("Until the first byte", percentiles(&measured.first_bytes)));
            facts.push(("Until the last byte", percentiles(&measured.latencies)));
            facts.push((
                "Pushed back",
                format!(
                    "{} attempt(s), {} unanswered; it set the pace for {}",
                    count(measured.refused),
                    count(measured.timeouts),
                    moment(path.throttled().as_secs_f64())
                ),
            ));
        }
        out.push_str("<h2>How it was run</h2>\n<dl class=\"card facts\">\n");
        for (name, value) in facts {
            let value = Text(value);
            let _ = if name == "Command" {
                writeln!(out, "<dt>{name}</dt><dd><code>{value}</code></dd>")
            } else {
                writeln!(out, "<dt>{name}</dt><dd>{value}</dd>")
            };
        }
        out.push_str("</dl>\n");
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

fn percentiles(of: &Latencies) -> String {
    let shares = [
        ("half of them within", 0.5),
        ("9 of 10 within", 0.9),
        ("99 of 100 within", 0.99),
        ("all within", 1.0),
    ];
    let told = shares
        .iter()
        .filter_map(|(name, share)| Some(format!("{name} {}", latency(of.percentile(*share)?))));
    let told: Vec<_> = told.collect();
    if told.is_empty() {
        "there was none".to_owned()
    } else {
        told.join(", ")
    }
}

#[cfg(test)]
mod tests;
