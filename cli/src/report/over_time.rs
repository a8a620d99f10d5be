//! The charts over time and their table.

use std::fmt::Write as _;
use std::time::Duration;

use azring_core::schedule::tuner::Bound;

use super::chart::{Chart, Series, SeriesForm, TimeSpan, strip};
use super::samples::{RunHistory, WindowSpan, what};
use super::scale::{self, Tick, latency, moment};
use crate::console::{count, size};

/// The maximum number of rows of the table.
const ROWS_MAX: usize = 40;

/// What all charts over time need.
pub(super) struct Drawing<'a> {
    history: &'a RunHistory,
    spans: &'a [WindowSpan],
    places: Vec<TimeSpan>,
    times: Vec<Tick>,
}

impl<'a> Drawing<'a> {
    /// The charts of this run.
    pub(super) fn of(history: &'a RunHistory) -> Self {
        let (spans, long) = (history.windows.spans(), history.windows.long());
        let place = |span: &WindowSpan| TimeSpan::of(span.from, span.until(), long);
        Self {
            history,
            spans,
            places: spans.iter().map(place).collect(),
            times: scale::times(long),
        }
    }
}

impl Drawing<'_> {
    fn chart(&self, id: &'static str, title: &'static str, says: String) -> Chart<'_> {
        Chart {
            id,
            title,
            says,
            scale: scale::Scale::Linear { most: 1.0 },
            ticks: Vec::new(),
            times: &self.times,
            places: &self.places,
            series: Vec::new(),
            tooltips: Vec::new(),
            strip: String::new(),
            is_wide: false,
        }
    }

    fn values(&self, of: impl Fn(&WindowSpan) -> Option<f64>) -> Vec<Option<f64>> {
        self.spans.iter().map(of).collect()
    }

    fn tooltips(&self, of: impl Fn(&WindowSpan) -> String) -> Vec<String> {
        let tooltip = |span: &WindowSpan| format!("{}: {}", moment(tenths(span.until())), of(span));
        self.spans.iter().map(tooltip).collect()
    }

    fn most(&self, of: impl Fn(&WindowSpan) -> f64) -> f64 {
        self.spans.iter().map(of).fold(0.0, f64::max)
    }

    /// The rate, and what limited it.
    pub(super) fn rate(&self) -> Chart<'_> {
        let most = self.most(WindowSpan::rate);
        let (scale, ticks) = scale::rates(most);
        let says = format!(
            "The bytes moved over the network, without those of failed requests: up to {}/s. The strip below shows what limited the rate.",
            size(most as u64)
        );
        Chart {
            scale,
            ticks,
            series: vec![Series {
                class: "rate",
                name: "rate",
                form: SeriesForm::Area,
                values: self.values(|span| Some(span.rate())),
            }],
            tooltips: self.tooltips(|span| {
                format!(
                    "{}/s, limited by {}",
                    size(span.rate() as u64),
                    what(span.bound())
                )
            }),
            strip: strip(&self.bounds()),
            is_wide: true,
            ..self.chart("rate", "Rate", says)
        }
    }

    /// What limited the rate when. Equal neighbours are merged.
    fn bounds(&self) -> Vec<(TimeSpan, &'static str, &'static str)> {
        let mut parts: Vec<(TimeSpan, &str, &str)> = Vec::new();
        for (place, span) in self.places.iter().zip(self.spans) {
            let (class, name) = (class(span.bound()), what(span.bound()));
            match parts.last_mut() {
                Some((last, before, _)) if *before == class => last.until = place.until,
                _ => parts.push((*place, class, name)),
            }
        }
        parts
    }

    /// Writes what limited the rate for which share of the time.
    pub(super) fn write_bounds(&self, out: &mut String) {
        out.push_str(
            "<div class=\"card wide\"><h3>What limited the rate</h3><ul class=\"bounds\">",
        );
        for (bound, share) in self.history.controller.bounds() {
            let _ = write!(
                out,
                "<li class=\"{}\"><span>{} {:.0} %</span></li>",
                class(bound),
                what(bound),
                share * 100.0
            );
        }
        out.push_str("</ul>");
        if !self.has_throttles() {
            out.push_str(
                "<p class=\"soft\">The service throttled no request and left none unanswered.</p>",
            );
        }
        out.push_str("</div>\n");
    }

    fn has_throttles(&self) -> bool {
        self.spans
            .iter()
            .any(|span| span.refused + span.timeouts > 0)
    }

    /// The allowed number of concurrent requests.
    pub(super) fn concurrency(&self) -> Chart<'_> {
        let (scale, ticks) = scale::counts(self.most(|span| f64::from(span.concurrency)));
        let says = match self.history.controller.range() {
            Some((least, most)) if least != most => format!(
                "The allowed number of concurrent requests: azring chose {least} to {most}."
            ),
            _ => "The allowed number of concurrent requests.".to_owned(),
        };
        Chart {
            scale,
            ticks,
            series: vec![Series {
                class: "concurrency",
                name: "requests",
                form: SeriesForm::Steps,
                values: self.values(|span| Some(span.concurrency.into())),
            }],
            tooltips: self.tooltips(|span| format!("{} requests", span.concurrency)),
            ..self.chart("concurrency", "Concurrent requests", says)
        }
    }

    /// The allowed number of concurrent disk operations; `None` unless the disk limited the rate
    /// and had a limit.
    pub(super) fn turns(&self) -> Option<Chart<'_>> {
        let is_held = |span: &&WindowSpan| span.bound() == Bound::Disk && span.turns.is_some();
        let most = self.spans.iter().filter_map(|span| span.turns).max()?;
        self.spans.iter().find(is_held)?;
        let (scale, ticks) = scale::counts(f64::from(most));
        let tooltip = |span: &WindowSpan| match span.turns {
            Some(turns) => format!("{turns} reads or writes"),
            None => "no limit".to_owned(),
        };
        Some(Chart {
            scale,
            ticks,
            series: vec![Series {
                class: "concurrency",
                name: "reads and writes",
                form: SeriesForm::Steps,
                values: self.values(|span| span.turns.map(f64::from)),
            }],
            tooltips: self.tooltips(tooltip),
            ..self.chart(
                "turns",
                "Concurrent disk operations",
                "The allowed number of concurrent reads and writes. The disk moved more with fewer of them.".to_owned(),
            )
        })
    }

    /// The duration of requests; `None` if none succeeded.
    pub(super) fn latency(&self) -> Option<Chart<'_>> {
        let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
        let all = || {
            self.spans
                .iter()
                .flat_map(|span| [span.p50, span.p99])
                .flatten()
        };
        let (least, most) = (all().min()?, all().max()?);
        let (scale, ticks) = scale::latencies(least.as_secs_f64(), most.as_secs_f64());
        let says = format!(
            "The duration of requests, {} to {}. Each grid line is ten times the one below.",
            latency(least),
            latency(most)
        );
        let tooltip = |span: &WindowSpan| match (span.p50, span.p99) {
            (Some(p50), Some(p99)) => {
                format!(
                    "half within {}, 99 of 100 within {}",
                    latency(p50),
                    latency(p99)
                )
            }
            _ => "no request ended".to_owned(),
        };
        Some(Chart {
            scale,
            ticks,
            series: vec![
                Series {
                    class: "most",
                    name: "99 of 100 (p99)",
                    form: SeriesForm::Line,
                    values: self.values(|span| seconds(span.p99)),
                },
                Series {
                    class: "half",
                    name: "half of them (p50)",
                    form: SeriesForm::Line,
                    values: self.values(|span| seconds(span.p50)),
                },
            ],
            tooltips: self.tooltips(tooltip),
            ..self.chart("latency", "Latency", says)
        })
    }

    /// The requests that the service throttled; `None` if there were none.
    pub(super) fn throttles(&self) -> Option<Chart<'_>> {
        let refused: u64 = self.spans.iter().map(|span| span.refused).sum();
        let timeouts: u64 = self.spans.iter().map(|span| span.timeouts).sum();
        if !self.has_throttles() {
            return None;
        }
        let (scale, ticks) =
            scale::amounts(self.most(|span| span.per_second(span.refused + span.timeouts)));
        let says = format!(
            "Attempts per second that the service throttled ({} in all) or did not answer ({}).",
            count(refused),
            count(timeouts)
        );
        Some(Chart {
            scale,
            ticks,
            series: vec![
                Series {
                    class: "refused",
                    name: "throttled",
                    form: SeriesForm::Bars,
                    values: self.values(|span| Some(span.per_second(span.refused))),
                },
                Series {
                    class: "timeouts",
                    name: "unanswered",
                    form: SeriesForm::Bars,
                    values: self.values(|span| Some(span.per_second(span.timeouts))),
                },
            ],
            tooltips: self.tooltips(|span| {
                format!("{} throttled, {} unanswered", span.refused, span.timeouts)
            }),
            ..self.chart("throttles", "Throttling", says)
        })
    }
}

/// Writes the values of the charts as a table.
pub(super) fn write_table(out: &mut String, spans: &[WindowSpan]) {
    out.push_str(
        "<details><summary>The charts as a table</summary>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Over time, as a table\"><table><caption>The values of each part of the run, with the time of its end.</caption>\
         <thead><tr><th scope=\"col\">Time</th><th scope=\"col\">Rate</th><th scope=\"col\">Requests/s</th><th scope=\"col\">Concurrent</th>\
         <th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">Throttled</th><th scope=\"col\">Unanswered</th>\
         <th scope=\"col\" class=\"name\">Limited by</th></tr></thead><tbody>\n",
    );
    let each = spans.len().div_ceil(ROWS_MAX);
    for some in spans.chunks(each) {
        let sum = |of: fn(&WindowSpan) -> u64| some.iter().map(of).sum::<u64>();
        let (first, last) = (&some[0], &some[some.len() - 1]);
        let seconds = last.until().saturating_sub(first.from).as_secs_f64();
        let seconds = seconds.max(1e-3);
        let good = sum(|span| span.moved_bytes).saturating_sub(sum(|span| span.failed_bytes));
        let shown = |time: Option<Duration>| time.map_or_else(|| "–".to_owned(), latency);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}/s</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"name\">{}</td></tr>",
            moment(tenths(last.until())),
            size((good as f64 / seconds) as u64),
            scale::short_count(sum(|span| span.succeeded) as f64 / seconds),
            some.iter().map(|span| span.concurrency).max().unwrap_or(0),
            shown(last.p50),
            shown(some.iter().filter_map(|span| span.p99).max()),
            sum(|span| span.refused),
            sum(|span| span.timeouts),
            what(last.bound())
        );
    }
    out.push_str("</tbody></table></div>\n</details>\n");
}

/// The colour of what limits the rate.
fn class(bound: Bound) -> &'static str {
    match bound {
        Bound::Unknown => "unknown",
        Bound::Network => "network",
        Bound::Service => "service",
        Bound::Processor => "processor",
        Bound::Work => "work",
        Bound::Fixed => "fixed",
        Bound::Disk => "disk",
        Bound::Memory => "memory",
        Bound::RateCap => "rate-cap",
    }
}

fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
