//! What every drawing of a report has: a heading, a title and a description for those who do not see it, and rules with
//! their values. What is drawn is stretched to the width there is; what is written keeps its size, so that a figure is as
//! readable on a telephone as on a wall. Figures tell their numbers where they are pointed at.

use std::fmt::Write as _;

use super::html::Text;
use super::scale::Tick;

/// The height of what is drawn, in pixels.
pub(super) const HEIGHT: f64 = 190.0;

/// The frame of a drawing.
pub(super) struct Figure<'a> {
    /// A word for it that no other figure of the page has.
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    /// What is seen in it, in a sentence or two.
    pub(super) says: &'a str,
    /// What its colours mean: already HTML, and empty where there is only one.
    pub(super) legend: &'a str,
    /// The room below what is drawn, in pixels.
    pub(super) below: f64,
    /// It has a row of its own.
    pub(super) is_wide: bool,
}

impl Figure<'_> {
    /// Everything up to what is drawn.
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

    /// Everything behind it.
    pub(super) fn end(out: &mut String) {
        out.push_str("</svg></div>\n</figure>\n");
    }
}

/// A rule across the drawing for each value, with the value beside it.
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

/// A number with no more decimals than can be seen.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
