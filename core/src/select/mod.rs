//! Which of the listed objects are meant. A listing hands over names; a [`Pattern`] says yes or no, and for files an
//! [`AttributeRule`] does. How a pattern is read is the source's [`PatternRule`]; nothing here knows which store that is,
//! and nothing here lists.

mod attributes;
mod glob;
mod pattern;

pub use attributes::{AttributeRule, Attributes, LETTERS};
pub use pattern::{Pattern, PatternRule};
