//! A chart over time, as SVG in HTML: lines, areas, steps and bars over one time axis.

use std::fmt::Write as _;
use std::time::Duration;

use super::figure::{Figure, HEIGHT, short, write_rules};
use super::html::Text;
use super::scale::{Scale, Tick};

/// The width of the drawing, in its own units.
const WIDTH: f64 = 1000.0;

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SeriesForm {
    /// A line through the middles of the spans, with the area below it filled.
    Area,
    /// A line through the middles of the spans.
    Line,
    /// A value that is constant within a span.
    Steps,
    /// A bar for each span, stacked on the series before.
    Bars,
}

/// The values of a series, one for each span. A missing value is a gap.
#[derive(Debug)]
pub(super) struct Series {
    /// The name of its colour, and its title.
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) form: SeriesForm,
    pub(super) values: Vec<Option<f64>>,
}

/// The place of a span on the axis, from 0 (the beginning) to 1 (the end).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TimeSpan {
    pub(super) from: f64,
    pub(super) until: f64,
}

impl TimeSpan {
    /// The place of a time span in a run of length `long`.
    pub(super) fn of(from: Duration, until: Duration, long: Duration) -> Self {
        let share = |time: Duration| time.as_secs_f64() / long.as_secs_f64().max(1e-9);
        Self {
            from: share(from).clamp(0.0, 1.0),
            until: share(until).clamp(0.0, 1.0),
        }
    }

    fn middle(self) -> f64 {
        f64::midpoint(self.from, self.until)
    }
}

/// A chart over time.
#[derive(Debug)]
pub(super) struct Chart<'a> {
    /// The name of the chart, unique on the page.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    /// The description of the chart, in one or two sentences.
    pub(super) says: String,
    pub(super) scale: Scale,
    pub(super) ticks: Vec<Tick>,
    pub(super) times: &'a [Tick],
    pub(super) places: &'a [TimeSpan],
    pub(super) series: Vec<Series>,
    /// The tooltip of each span.
    pub(super) tooltips: Vec<String>,
    /// The drawing below the axis, as SVG.
    pub(super) strip: String,
    /// The chart has a row of its own.
    pub(super) is_wide: bool,
}

impl Chart<'_> {
    /// Writes the figure with its heading.
    pub(super) fn write(&self, out: &mut String) {
        let figure = Figure {
            id: self.id,
            title: self.title,
            says: &self.says,
            legend: &self.legend(),
            below: if self.strip.is_empty() { 24.0 } else { 40.0 },
            is_wide: self.is_wide,
        };
        figure.begin(out);
        self.write_axes(out);
        let _ = write!(
            out,
            "<svg width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\">"
        );
        let mut below = vec![0.0; self.places.len()];
        for series in &self.series {
            self.write_series(out, series, &mut below);
        }
        out.push_str("</svg>");
        out.push_str(&self.strip);
        self.write_told(out);
        Figure::end(out);
    }

    fn legend(&self) -> String {
        if self.series.len() < 2 {
            return String::new();
        }
        let mut legend = "<ul class=\"legend\">".to_owned();
        for Series { class, name, .. } in &self.series {
            let _ = write!(legend, "<li class=\"{class}\">{name}</li>");
        }
        legend + "</ul>"
    }

    fn write_axes(&self, out: &mut String) {
        out.push_str("<g class=\"axes\" aria-hidden=\"true\">");
        write_rules(out, &self.ticks);
        let y = HEIGHT + if self.strip.is_empty() { 18.0 } else { 34.0 };
        for (index, tick) in self.times.iter().enumerate() {
            let class = match tick.at {
                ..0.02 => "first",
                0.96.. => "last",
                _ if index % 2 == 1 => "odd",
                _ => "even",
            };
            let _ = write!(
                out,
                "<text class=\"x {class}\" x=\"{}%\" y=\"{y}\">{}</text>",
                short(tick.at * 100.0),
                Text(&tick.label)
            );
        }
        out.push_str("</g>");
    }

    fn write_series(&self, out: &mut String, series: &Series, below: &mut [f64]) {
        let class = series.class;
        if series.form == SeriesForm::Bars {
            let mut path = String::new();
            for ((place, value), below) in self.places.iter().zip(&series.values).zip(below) {
                let value = value.unwrap_or(0.0);
                if value > 0.0 {
                    let (bottom, top) = (self.y(*below), self.y(*below + value));
                    let (left, right) = (place.from * WIDTH, place.until * WIDTH);
                    let _ = write!(
                        path,
                        "M{} {}V{}H{}V{}Z",
                        short(left),
                        short(bottom),
                        short(top),
                        short(right - (right - left) * 0.15),
                        short(bottom)
                    );
                }
                *below += value;
            }
            let _ = write!(out, "<path class=\"fill {class}\" d=\"{path}\"/>");
            return;
        }
        for run in self.runs(series) {
            let line = run
                .iter()
                .enumerate()
                .fold(String::new(), |mut line, (index, (x, y))| {
                    let letter = if index == 0 { 'M' } else { 'L' };
                    let _ = write!(line, "{letter}{} {}", short(*x), short(*y));
                    line
                });
            if let (SeriesForm::Area, Some((first, _)), Some((last, _))) =
                (series.form, run.first(), run.last())
            {
                let _ = write!(
                    out,
                    "<path class=\"area {class}\" d=\"{line}L{} {HEIGHT}L{} {HEIGHT}Z\"/>",
                    short(*last),
                    short(*first)
                );
            }
            let _ = write!(out, "<path class=\"line {class}\" d=\"{line}\"/>");
        }
    }

    /// The points of a line, interrupted where there is no value. It begins and ends at the edges
    /// of its spans.
    fn runs(&self, series: &Series) -> Vec<Vec<(f64, f64)>> {
        let mut runs = Vec::new();
        let mut run: Vec<(f64, f64)> = Vec::new();
        let mut end = None;
        let close = |run: &mut Vec<(f64, f64)>, end: &mut Option<f64>| {
            if let (Some((_, y)), Some(x)) = (run.last().copied(), end.take()) {
                run.push((x, y));
            }
            std::mem::take(run)
        };
        for (place, value) in self.places.iter().zip(&series.values) {
            let Some(value) = value else {
                if !run.is_empty() {
                    runs.push(close(&mut run, &mut end));
                }
                continue;
            };
            let y = self.y(*value);
            if run.is_empty() || series.form == SeriesForm::Steps {
                run.push((place.from * WIDTH, y));
            }
            if series.form != SeriesForm::Steps {
                run.push((place.middle() * WIDTH, y));
            }
            end = Some(place.until * WIDTH);
            if series.form == SeriesForm::Steps {
                run.push((place.until * WIDTH, y));
                end = None;
            }
        }
        if !run.is_empty() {
            runs.push(close(&mut run, &mut end));
        }
        runs
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT * (1.0 - self.scale.place(value))
    }

    fn write_told(&self, out: &mut String) {
        out.push_str("<g class=\"tooltips\" aria-hidden=\"true\">");
        for (place, tooltip) in self.places.iter().zip(&self.tooltips) {
            let _ = write!(
                out,
                "<rect x=\"{}%\" width=\"{}%\" height=\"{HEIGHT}\"><title>{}</title></rect>",
                short(place.from * 100.0),
                short((place.until - place.from) * 100.0),
                Text(tooltip)
            );
        }
        out.push_str("</g>");
    }
}

/// A strip below a chart that shows what was true when: place, name of a colour, title.
pub(super) fn strip(parts: &[(TimeSpan, &str, &str)]) -> String {
    let mut out = "<g class=\"strip\" aria-hidden=\"true\">".to_owned();
    for (place, class, name) in parts {
        let _ = write!(
            out,
            "<rect class=\"fill {class}\" x=\"{}%\" width=\"{}%\" y=\"{}\" height=\"10\"><title>{}</title></rect>",
            short(place.from * 100.0),
            short((place.until - place.from) * 100.0),
            HEIGHT + 5.0,
            Text(name)
        );
    }
    out + "</g>"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(form: SeriesForm, values: Vec<Option<f64>>) -> String {
        let count = values.len() as f64;
        let places: Vec<_> = (0..values.len())
            .map(|index| TimeSpan {
                from: index as f64 / count,
                until: (index as f64 + 1.0) / count,
            })
            .collect();
        let chart = Chart {
            id: "c",
            title: "C",
            says: String::new(),
            scale: Scale::Linear { most: 10.0 },
            ticks: Vec::new(),
            times: &[],
            tooltips: vec![String::new(); values.len()],
            places: &places,
            series: vec![Series {
                class: "rate",
                name: "rate",
                form,
                values,
            }],
            strip: String::new(),
            is_wide: false,
        };
        let mut out = String::new();
        chart.write(&mut out);
        out
    }

    fn paths(svg: &str) -> Vec<&str> {
        svg.split(" d=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default())
            .collect()
    }

    #[test]
    fn a_line_goes_through_the_middles_and_reaches_both_edges() {
        let svg = chart(SeriesForm::Line, vec![Some(0.0), Some(10.0)]);
        assert_eq!(paths(&svg), ["M0 190L250 190L750 0L1000 0"]);
    }

    #[test]
    fn a_line_is_broken_where_nothing_was_measured() {
        let svg = chart(SeriesForm::Line, vec![Some(5.0), None, Some(5.0), None]);
        assert_eq!(
            paths(&svg),
            ["M0 95L125 95L250 95", "M500 95L625 95L750 95"]
        );
    }

    #[test]
    fn steps_hold_and_bars_stand_where_there_is_something() {
        let svg = chart(SeriesForm::Steps, vec![Some(10.0), Some(5.0)]);
        assert_eq!(paths(&svg), ["M0 0L500 0L500 95L1000 95"]);
        let svg = chart(SeriesForm::Bars, vec![Some(0.0), Some(5.0), None, None]);
        assert_eq!(paths(&svg), ["M250 190V95H462.5V190Z"]);
    }
}
