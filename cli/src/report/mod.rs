//! The report of a run: one self-contained HTML file.
//!
//! It has no script and loads nothing, and it is readable in light and dark mode, by a screen
//! reader and on paper. [`samples`] gathers the history of the run, [`writer`] writes the file,
//! and `page` is its content, with `chart` and `histogram` for the drawings, `html` for
//! escaping and `document` for the frame. `shards` is the page of a plan whose shards many machines ran. The report contains no key and no signature.

mod html;

mod document;

mod scale;

mod figure;

mod chart;

mod histogram;

mod over_time;

mod page;

mod conclusion;

mod cards;

mod failures;

mod facts;

mod shards;

pub(crate) mod samples;

mod writer;

pub(crate) use shards::shards_page;
pub(crate) use writer::{Report, open};
