//! Which of the listed objects are meant. A listing hands over names; a [`Pattern`] says yes or no. How a pattern is read
//! is the source's [`PatternRule`]; nothing here knows which store that is, and nothing here lists.

mod glob;
mod pattern;

pub use pattern::{Pattern, PatternRule};
