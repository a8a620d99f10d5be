//! What moved when, drawn and as a table.

use std::fmt::Write as _;
use std::time::Duration;

use azring_core::schedule::tuner::Bound;

use super::chart::{Chart, Series, SeriesForm, TimeSpan, strip};
use super::samples::{RunHistory, WindowSpan, what};
use super::scale::{self, Tick, latency, moment};
use crate::console::{count, size};

/// Rows of the table that stands beside the charts, at most.
const ROWS_MAX: usize = 40;

/// What the charts over time have in common.
pub(super) struct Drawing<'a> {
    history: &'a RunHistory,
    spans: &'a [WindowSpan],
    places: Vec<TimeSpan>,
    times: Vec<Tick>,
}

impl<'a> Drawing<'a> {
    /// Of this run.
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
            told: Vec::new(),
            strip: String::new(),
            is_wide: false,
        }
    }

    fn values(&self, of: impl Fn(&WindowSpan) -> Option<f64>) -> Vec<Option<f64>> {
        self.spans.iter().map(of).collect()
    }

    fn told(&self, of: impl Fn(&WindowSpan) -> String) -> Vec<String> {
        let told = |span: &WindowSpan| format!("{}: {}", moment(tenths(span.until())), of(span));
        self.spans.iter().map(told).collect()
    }

    fn most(&self, of: impl Fn(&WindowSpan) -> f64) -> f64 {
        self.spans.iter().map(of).fold(0.0, f64::max)
    }

    /// How fast it was, and what held it there.
    pub(super) fn rate(&self) -> Chart<'_> {
        let most = self.most(WindowSpan::rate);
        let (scale, ticks) = scale::rates(most);
        let says = format!(
            "What moved over the network and was not for nothing: up to {}/s. The strip below tells what held it there.",
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
            told: self.told(|span| {
                format!(
                    "{}/s, held by {}",
                    size(span.rate() as u64),
                    what(span.bound())
                )
            }),
            strip: strip(&self.bounds()),
            is_wide: true,
            ..self.chart("rate", "Rate", says)
        }
    }

    /// What held the rate when; neighbours that are the same are one.
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

    /// What held the rate for what share of the time.
    pub(super) fn write_bounds(&self, out: &mut String) {
        out.push_str("<div class=\"card wide\"><h3>What held the rate</h3><ul class=\"bounds\">");
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
            out.push_str("<p class=\"soft\">The service pushed no request back and left none unanswered.</p>");
        }
        out.push_str("</div>\n");
    }

    fn has_throttles(&self) -> bool {
        self.spans
            .iter()
            .any(|span| span.refused + span.timeouts > 0)
    }

    /// How many requests could be under way.
    pub(super) fn concurrency(&self) -> Chart<'_> {
        let (scale, ticks) = scale::counts(self.most(|span| f64::from(span.concurrency)));
        let says = match self.history.controller.range() {
            Some((least, most)) if least != most => format!(
                "How many requests could be under way: {least} to {most}, as azring found to be best."
            ),
            _ => "How many requests could be under way.".to_owned(),
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
            told: self.told(|span| format!("{} requests", span.concurrency)),
            ..self.chart("concurrency", "Requests at once", says)
        }
    }

    /// How many operations the disk could have at once; `None` unless it held the rate and was given a limit.
    pub(super) fn turns(&self) -> Option<Chart<'_>> {
        let is_held = |span: &&WindowSpan| span.bound() == Bound::Disk && span.turns.is_some();
        let most = self.spans.iter().filter_map(|span| span.turns).max()?;
        self.spans.iter().find(is_held)?;
        let (scale, ticks) = scale::counts(f64::from(most));
        let told = |span: &WindowSpan| match span.turns {
            Some(turns) => format!("{turns} reads or writes"),
            None => "as many as came".to_owned(),
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
            told: self.told(told),
            ..self.chart(
                "turns",
                "At the disk at once",
                "How many reads and writes the disk could have at once, where fewer of them moved more.".to_owned(),
            )
        })
    }

    /// How long requests took; `None` when none succeeded.
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
            "How long requests took, {} to {}; each step is ten times the one below.",
            latency(least),
            latency(most)
        );
        let told = |span: &WindowSpan| match (span.p50, span.p99) {
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
            told: self.told(told),
            ..self.chart("latency", "Latency", says)
        })
    }

    /// What the service pushed back; `None` when it pushed nothing back.
    pub(super) fn throttles(&self) -> Option<Chart<'_>> {
        let refused: u64 = self.spans.iter().map(|span| span.refused).sum();
        let timeouts: u64 = self.spans.iter().map(|span| span.timeouts).sum();
        if !self.has_throttles() {
            return None;
        }
        let (scale, ticks) =
            scale::amounts(self.most(|span| span.per_second(span.refused + span.timeouts)));
        let says = format!(
            "Attempts per second that were pushed back ({} in all) or not answered ({}).",
            count(refused),
            count(timeouts)
        );
        Some(Chart {
            scale,
            ticks,
            series: vec![
                Series {
                    class: "refused",
                    name: "pushed back",
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
            told: self
                .told(|span| format!("{} pushed back, {} unanswered", span.refused, span.timeouts)),
            ..self.chart("throttles", "Pushed back", says)
        })
    }
}

/// The same as the charts, in rows.
pub(super) fn write_table(out: &mut String, spans: &[WindowSpan]) {
    out.push_str(
        "<details><summary>The same as a table</summary>\n<div class=\"table\" role=\"region\" tabindex=\"0\" aria-label=\"Over time, as a table\"><table><caption>At the end of each part of the run.</caption>\
         <thead><tr><th scope=\"col\">Time</th><th scope=\"col\">Rate</th><th scope=\"col\">Requests/s</th><th scope=\"col\">At once</th>\
         <th scope=\"col\">p50</th><th scope=\"col\">p99</th><th scope=\"col\">Pushed back</th><th scope=\"col\">Unanswered</th>\
         <th scope=\"col\" class=\"name\">Held by</th></tr></thead><tbody>\n",
    );
    let each = spans.len().div_ceil(ROWS_MAX);
    for some in spans.chunks(each) {
        let sum = |of: fn(&WindowSpan) -> u64| some.iter().map(of).sum::<u64>();
        let (first, last) = (&some[0], &some[some.len() - 1]);
        let seconds = last.until().saturating_sub(first.from).as_secs_f64();
        let seconds = seconds.max(1e-3);
        let good = sum(|span| span.moved_bytes).saturating_sub(sum(|span| span.failed_bytes));
        let told = |time: Option<Duration>| time.map_or_else(|| "–".to_owned(), latency);
        let _ = writeln!(
            out,
            "<tr><th scope=\"row\">{}</th><td>{}/s</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"name\">{}</td></tr>",
            moment(tenths(last.until())),
            size((good as f64 / seconds) as u64),
            scale::short_count(sum(|span| span.succeeded) as f64 / seconds),
            some.iter().map(|span| span.concurrency).max().unwrap_or(0),
            told(last.p50),
            told(some.iter().filter_map(|span| span.p99).max()),
            sum(|span| span.refused),
            sum(|span| span.timeouts),
            what(last.bound())
        );
    }
    out.push_str("</tbody></table></div>\n</details>\n");
}

/// The colour of what holds the rate.
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
    }
}

fn tenths(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
