//! The report of a run: one file of HTML with everything in it, to be opened by anybody anywhere. No script, nothing that is
//! asked for from elsewhere, readable in light and in dark, by a screen reader and on paper.
//!
//! `course` has gathered what there is to tell; [`page`] tells it, with `chart` and `histogram` for what is drawn and `html`
//! for what must not be taken for markup. Nothing here knows where azring is run from or with which key.

mod html;

mod scale;

mod figure;

mod chart;

mod histogram;

mod over_time;

mod page;

pub(crate) mod samples;

mod writer;

pub(crate) use writer::{Report, open};
