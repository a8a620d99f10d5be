//! Which of the listed objects are selected.
//!
//! A listing passes names; a [`Pattern`] selects by name, and for files an [`AttributeRule`] by
//! attributes. The source's [`PatternRule`] says how a pattern is read. Nothing here knows the
//! store, and nothing here lists.

mod attributes;
mod glob;
mod pattern;

pub use attributes::{AttributeRule, Attributes, LETTERS};
pub use pattern::{Pattern, PatternRule};
