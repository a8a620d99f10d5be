//! A histogram, as SVG in HTML.

use std::fmt::Write as _;

use super::figure::{Figure, HEIGHT, short, write_rules};
use super::html::Text;
use super::scale::{Scale, Tick};

/// Bars side by side, each with a label below it.
#[derive(Debug)]
pub(super) struct Histogram {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) says: String,
    pub(super) scale: Scale,
    pub(super) ticks: Vec<Tick>,
    /// Of each bar its height, its label and its tooltip.
    pub(super) bars: Vec<(f64, String, String)>,
    /// The histogram has a row of its own.
    pub(super) is_wide: bool,
}

impl Histogram {
    /// Writes the figure with its heading.
    pub(super) fn write(&self, out: &mut String) {
        let figure = Figure {
            id: self.id,
            title: self.title,
            says: &self.says,
            legend: "",
            below: 24.0,
            is_wide: self.is_wide,
        };
        figure.begin(out);
        out.push_str("<g class=\"axes\" aria-hidden=\"true\">");
        write_rules(out, &self.ticks);
        self.write_labels(out);
        out.push_str("</g><g class=\"bars\" aria-hidden=\"true\">");
        self.write_bars(out);
        out.push_str("</g>");
        Figure::end(out);
    }

    /// The width of a bar and the space around it, in percent of the drawing.
    fn bar_width(&self) -> f64 {
        100.0 / self.bars.len().max(1) as f64
    }

    /// Writes the labels below the bars.
    fn write_labels(&self, out: &mut String) {
        let each = self.bar_width();
        // More labels than this would overlap.
        let every = self.bars.len().div_ceil(if self.is_wide { 16 } else { 9 });
        for (index, (_, label, _)) in self.bars.iter().enumerate().step_by(every) {
            let class = if index / every % 2 == 1 {
                "odd"
            } else {
                "even"
            };
            let _ = write!(
                out,
                "<text class=\"x {class}\" x=\"{}%\" y=\"{}\">{}</text>",
                short((index as f64 + 0.5) * each),
                HEIGHT + 18.0,
                Text(label)
            );
        }
    }

    /// Writes the bars with their tooltips.
    fn write_bars(&self, out: &mut String) {
        let each = self.bar_width();
        // A few bars are not stretched to the whole width.
        let wide = (each * 0.8).min(12.0);
        for (index, (value, _, tooltip)) in self.bars.iter().enumerate() {
            // An empty bar has no height. A bar of one is visible, however high the others are.
            let high = match *value {
                0.0 => 0.0,
                value => (HEIGHT * self.scale.place(value)).max(2.0),
            };
            let _ = write!(
                out,
                "<rect class=\"fill rate\" rx=\"2\" x=\"{}%\" width=\"{}%\" y=\"{}\" height=\"{}\"><title>{}</title></rect>",
                short((index as f64 + 0.5) * each - wide / 2.0),
                short(wide),
                short(HEIGHT - high),
                short(high),
                Text(tooltip)
            );
        }
    }
}
