//! The frame of every drawing of a report.
//!
//! It has a heading, a title and a description for screen readers, and grid lines with their
//! values. The drawing is stretched to the available width and text keeps its size, so that a
//! figure is readable on small and large screens. The numbers are tooltips.

use std::fmt::Write as _;

use super::html::Text;
use super::scale::Tick;

/// The height of the drawing, in pixels.
pub(super) const HEIGHT: f64 = 190.0;

/// The frame of a drawing.
pub(super) struct Figure<'a> {
    /// The name of the figure, unique on the page.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// The description of the figure, in one or two sentences.
    pub(super) says: &'a str,
    /// The legend, as HTML; empty for a single colour.
    pub(super) legend: &'a str,
    /// The space below the drawing, in pixels.
    pub(super) below: f64,
    /// The figure has a row of its own.
    pub(super) is_wide: bool,
}

impl Figure<'_> {
    /// Writes everything before the drawing.
    pub(super) fn begin(&self, out: &mut String) {
        let Self {
            id, title, legend, ..
        } = self;
        let wide = if self.is_wide { " wide" } else { "" };
        let says = Text(self.says);
        let _ = write!(
            out,
            "<figure class=\"card{wide}\">\n<figcaption><h3>{title}</h3>{legend}<p>{says}</p></figcaption>\n<div class=\"plot\">"
        );
        let height = HEIGHT + self.below;
        let _ = write!(
            out,
            "<svg role=\"img\" aria-labelledby=\"{id}-t {id}-d\" width=\"100%\" height=\"{height}\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{says}</desc>"
        );
    }

    /// Writes everything after the drawing.
    pub(super) fn end(out: &mut String) {
        out.push_str("</svg></div>\n</figure>\n");
    }
}

/// Writes a grid line for each value, with the value beside it.
pub(super) fn write_rules(out: &mut String, ticks: &[Tick]) {
    for tick in ticks {
        let y = short(HEIGHT * (1.0 - tick.at));
        let _ = write!(
            out,
            "<line x1=\"0\" x2=\"100%\" y1=\"{y}\" y2=\"{y}\"/><text class=\"y\" x=\"-8\" y=\"{y}\">{}</text>",
            Text(&tick.label)
        );
    }
}

/// A number without invisible decimals.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
